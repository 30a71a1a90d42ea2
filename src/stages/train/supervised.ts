import { join } from 'node:path'
import { Type } from 'typebox'
import { Model, readModelConfig, readModelWeights } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { TrainingCheckpoints } from '../../artifacts/training-checkpoints.ts'
import { TrainingHistory } from '../../artifacts/training-history.ts'
import { freezeBesideLora } from '../../errors/training.ts'
import { ignoredByKey } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'
import { trainingMetrics, trainingParams } from '../../training/params.ts'

const params = Type.Object(
  {
    ...trainingParams,
    mixup: Type.Number({
      minimum: 0,
      default: 0,
      description: 'Mix pairs of images by a share from Beta(α, α) per batch: this α, 0.8 in most recipes; 0 is off.',
    }),
    cutmix: Type.Number({
      minimum: 0,
      default: 0,
      description: 'Paste a rectangle of another image likewise, 1 in most recipes; with both, each batch takes one.',
    }),
    freeze: Type.Optional(
      Type.Union([Type.Literal('backbone'), Type.Integer({ minimum: 0 }), Type.Array(Type.String(), { minItems: 1 })], {
        description:
          'What is not trained: backbone (all but the head), the embeddings and this many first blocks, or names of parameters, * for any text.',
      }),
    ),
    lora: Type.Optional(
      Type.Object(
        {
          rank: Type.Integer({ minimum: 1, default: 8, description: 'Rank of the change to each weight.' }),
          alpha: Type.Number({
            exclusiveMinimum: 0,
            default: 16,
            description: 'The change is scaled by alpha / rank.',
          }),
          targets: Type.Array(Type.String({ minLength: 1 }), {
            minItems: 1,
            default: ['query', 'value'],
            description: 'Linear layers that are adapted, by the last part of their names.',
          }),
        },
        {
          additionalProperties: false,
          description:
            'Low-rank adaptation: train the head and small additions to some layers, which the answered model holds merged.',
        },
      ),
    ),
    layerDecay: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Factor on the learning rate per layer below the head: 0.65 to 0.75 in most recipes, 1 is off.',
    }),
    memory: Type.Enum(['normal', 'low'], {
      default: 'normal',
      description: 'With low, activations are computed again in the backward pass: less memory, more time.',
    }),
    workers: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Threads that decode and resize images; as many as there are cores when absent.',
        ...ignoredByKey('the number of threads does not change a pixel'),
      }),
    ),
  },
  { additionalProperties: false },
)

export default defineStage({
  uses: 'train/supervised',
  version: 2,
  summary: 'Fine-tune an image classifier; validates and saves after each epoch, answers the best weights.',
  params,
  inputs: { model: Model, data: ProcessedImages },
  outputs: { model: Model, history: TrainingHistory, checkpoints: TrainingCheckpoints },
  metrics: trainingMetrics,
  needs: ['seed', 'engine'],

  async check({ params, foreseen: { model = {}, data = {} }, engine }) {
    const { checkTrainingParams } = await import('../../training/loop/training-plan.ts')
    checkTrainingParams(params)
    if (params.lora !== undefined && params.freeze !== undefined) throw freezeBesideLora()
    const { foreseeClasses, foreseeMemory, foreseePart } = await import('../../training/foresee.ts')
    foreseeClasses(model, data)
    foreseePart(data, 'trainPart', params.trainPart)
    if (params.lora === undefined && params.freeze === undefined) foreseeMemory(model, engine)
    return { model }
  },

  async run({ params, inputs, locate, ...context }) {
    const { writeTrainedModel } = await import('../../training/trained-model.ts')
    const { classifierOf } = await import('../../nn/classifier.ts')
    const { openImages } = await import('../../images/loader.ts')
    const { outputSize } = await import('../../images/processor.ts')
    const { trainableParameters } = await import('../../training/freezing.ts')
    const { initialLora, mergeLora, withLora } = await import('../../nn/lora.ts')
    const { examplesOf, requireClasses } = await import('../../training/suitability.ts')
    const { supervise } = await import('../../training/supervise.ts')

    const { mixup, cutmix, freeze, lora, layerDecay, memory, workers, ...training } = params
    const { dataset, processor, augmentation } = inputs.data
    const { dir } = inputs.model
    const config = await readModelConfig(dir)
    const whole = classifierOf(config, { where: dir, image: outputSize(processor) })
    requireClasses(whole, dataset.classes)
    const classifier = lora === undefined ? whole : withLora(whole, lora)
    const { parameters, image } = classifier
    const given = await readModelWeights(dir)
    const examples = examplesOf(dataset, 'trainPart', params.trainPart)
    const validation = partOf(dataset.parts, params.validationPart)
    const { seed } = context
    const root = locate(dataset.source)
    const loader = openImages(inputs.data, { root, workers })
    try {
      const { best, weights, history, checkpoints } = await supervise(context, {
        params: training,
        parts: Object.keys(dataset.parts),
        classifier,
        weights: lora === undefined ? given : new Map([...given, ...initialLora(whole, lora, seed)]),
        trainable: trainableParameters(parameters, {
          layerDecay,
          freeze: lora === undefined ? freeze : whole.parameters.filter(({ head }) => !head).map(({ name }) => name),
        }),
        memory,
        ...(mixup + cutmix > 0 && { mix: { mixup, cutmix, image } }),
        shaping: { mixup, cutmix, freeze: freeze ?? null, lora: lora ?? null, layerDecay, memory },
        labels: examples.map(({ label }) => label),
        batchesOf: (order, epoch, signal) =>
          loader.batches(examples, {
            batchSize: params.batchSize,
            order,
            augmentation: { spec: augmentation, seed, epoch },
            signal,
          }),
        ...(validation.length > 0 && {
          validation: {
            count: validation.length,
            batches: (signal) => loader.batches(validation, { batchSize: params.evalBatchSize, signal }),
          },
        }),
      })
      const answered = join(context.scratch, 'model')
      await writeTrainedModel(inputs.model, answered, {
        config,
        classifier: whole,
        weights: lora === undefined ? weights : mergeLora(weights, lora),
        best,
      })
      return { model: { dir: answered }, history, checkpoints }
    } finally {
      await loader.close()
    }
  },
})

const partOf = <T>(parts: Readonly<Record<string, readonly T[]>>, name: string): readonly T[] =>
  Object.hasOwn(parts, name) ? (parts[name] ?? []) : []
