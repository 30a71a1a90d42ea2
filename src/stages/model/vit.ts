import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Dataset } from '../../artifacts/dataset.ts'
import { Model, writeModelFolder } from '../../artifacts/model.ts'
import { type HuggingFaceConfig, labelFields } from '../../artifacts/model-config.ts'
import { sizesDoNotDivide } from '../../errors/weights.ts'
import { layoutOf } from '../../nn/families.ts'
import { hiddenActivations } from '../../nn/hidden-activation.ts'
import { imageSize, normalisation } from '../../nn/image-params.ts'
import { parameterCount } from '../../nn/layout.ts'
import { defineStage } from '../../registry/stage.ts'

const size = (description: string, fallback: number, maximum = 65536) =>
  Type.Integer({ minimum: 1, maximum, default: fallback, description })

const params = Type.Object(
  {
    imageSize,
    patchSize: size('Height and width of a patch, in pixels; divides imageSize.', 16, 4096),
    hiddenSize: size('Numbers per token.', 768),
    layers: size('Transformer blocks.', 12, 1000),
    heads: size('Attention heads; divides hiddenSize.', 12),
    intermediateSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1 << 20,
        description: "Numbers per token inside a block's perceptron; 4 × hiddenSize by default.",
      }),
    ),
    hiddenActivation: Type.Enum([...hiddenActivations], {
      default: 'gelu',
      description: 'Activation inside a block; gelu is exact, gelu_new and gelu_pytorch_tanh its tanh approximation.',
    }),
    qkvBias: Type.Boolean({ default: true, description: 'Whether query, key and value have biases.' }),
    layerNormEpsilon: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.1,
      default: 1e-12,
      description: 'Added to the variance in layer normalisation.',
    }),
    initializerRange: Type.Number({
      exclusiveMinimum: 0,
      maximum: 0.9,
      default: 0.02,
      description: 'Standard deviation of the initial weights.',
    }),
    ...normalisation,
  },
  { additionalProperties: false },
)

/** @throws XpError when the sizes do not fit each other */
function checkSizes({ imageSize, patchSize, hiddenSize, heads }: Static<typeof params>): void {
  if (imageSize % patchSize !== 0) throw sizesDoNotDivide('patchSize', patchSize, 'imageSize', imageSize)
  if (hiddenSize % heads !== 0) throw sizesDoNotDivide('heads', heads, 'hiddenSize', hiddenSize)
}

const configOf = (p: Static<typeof params>, classes: readonly string[]): HuggingFaceConfig => ({
  model_type: 'vit',
  architectures: ['ViTForImageClassification'],
  attention_probs_dropout_prob: 0,
  encoder_stride: p.patchSize,
  hidden_act: p.hiddenActivation,
  hidden_dropout_prob: 0,
  hidden_size: p.hiddenSize,
  image_size: p.imageSize,
  initializer_range: p.initializerRange,
  intermediate_size: p.intermediateSize ?? 4 * p.hiddenSize,
  layer_norm_eps: p.layerNormEpsilon,
  num_attention_heads: p.heads,
  num_channels: 3,
  num_hidden_layers: p.layers,
  patch_size: p.patchSize,
  problem_type: 'single_label_classification',
  qkv_bias: p.qkvBias,
  torch_dtype: 'float32',
  ...labelFields(classes),
})

export default defineStage({
  uses: 'model/vit',
  version: 1,
  summary: 'A Vision Transformer with fresh weights, every size a param; the defaults are ViT-B/16.',
  params,
  inputs: { dataset: Dataset },
  outputs: { model: Model },
  metrics: {},
  needs: ['seed'],
  async check({ params, foreseen }) {
    checkSizes(params)
    const { classes } = foreseen.dataset ?? {}
    return (
      classes && { model: { classes, parameters: parameterCount(layoutOf(configOf(params, classes)), classes.length) } }
    )
  },
  async run(ctx) {
    checkSizes(ctx.params)
    const { imageSize, imageMean, imageStd } = ctx.params
    const { classes } = ctx.inputs.dataset
    const config = configOf(ctx.params, classes)
    const layout = layoutOf(config)
    const dir = join(ctx.scratch, 'model')
    await rm(dir, { recursive: true, force: true })
    await writeModelFolder(dir, {
      config,
      parameters: layout.parameters(classes.length),
      buffers: layout.buffers,
      weights: layout.initialWeights(classes.length, ctx.seed),
      preprocessor: {
        ...layout.preprocessor,
        size: { height: imageSize, width: imageSize },
        image_mean: imageMean,
        image_std: imageStd,
      },
      provenance: { trainedSteps: 0, trainedEpochs: 0, initialisedFrom: 'scratch' },
    })
    return { model: { dir } }
  },
})
