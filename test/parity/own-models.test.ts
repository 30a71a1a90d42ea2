import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Model, readModelConfig, readModelWeights, readProvenance } from '../../src/artifacts/model.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { innermost, type LayerParts } from '../../src/nn/own/layer-calls.ts'
import { layersClassifier, layersInitialValues } from '../../src/nn/own/layers-classifier.ts'
import { modelOf, renumbered, seeded, topologyOf } from '../../src/nn/own/topology.ts'
import { tryOut } from '../../src/nn/own/try-out.ts'
import type { Classifier, Engine, OptimizerSpec, Trainer, Weights } from '../../src/registry/engine.ts'
import type { AnyStage } from '../../src/registry/stage.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import functionStage from '../../src/stages/model/function.ts'
import layersStage from '../../src/stages/model/layers.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { writeTrainedModel } from '../../src/training/trained-model.ts'
import { ownExamples } from '../own-examples.ts'
import { excess, tolerances } from '../tolerances.ts'
import { allOf, randomBatch } from './tiny-classifier.ts'

let compiled: Engine
let eager: Engine
let dir: string
beforeAll(async () => {
  compiled = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
  eager = await createTfjsEngine('cpu')
  dir = await mkdtemp(join(tmpdir(), 'xp-own-'))
  for (const [name, text] of ownExamples) await writeFile(join(dir, name), text)
})
afterAll(async () => {
  await compiled.dispose()
  await eager.dispose()
  await rm(dir, { recursive: true })
})

const classes = ['boot', 'sandal', 'shoe']

async function made(stage: AnyStage, params: Record<string, unknown>, scratch: string): Promise<string> {
  const given = Value.Default(stage.params, structuredClone(params))
  await stage.check?.({ params: given, sources: {}, foreseen: {}, engine: {} })
  const context = { params: given, inputs: { dataset: { classes } }, seed: 5, scratch: join(dir, scratch) }
  const { model } = (await stage.run({ ...context, warn: () => {} } as never)) as { model: Model }
  return model.dir
}

/** A folder as `model.save` writes it. */
async function saved(model: tf.LayersModel, folder: string): Promise<string> {
  await mkdir(join(dir, folder))
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
      await writeFile(join(dir, folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }))
      await writeFile(join(dir, folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer))
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
    }),
  )
  return join(dir, folder)
}

const { conv2d, batchNormalization, globalAveragePooling2d, dense, dropout } = tf.layers
const inputShape = [16, 16, 3]
const smallLayers = () =>
  tf.sequential({
    layers: [
      conv2d({ inputShape, filters: 8, kernelSize: 3, strides: 2, name: 'stem' }),
      batchNormalization({ name: 'stem_norm', momentum: 0.9 }),
      tf.layers.reLU({ name: 'active' }),
      globalAveragePooling2d({ name: 'pool' }),
      dropout({ rate: 0.2, name: 'drop' }),
      dense({ units: 3, activation: 'softmax', name: 'out' }),
    ],
  })

const forms: readonly { form: string; folder(): Promise<string> }[] = [
  {
    form: 'a TypeScript file of functions',
    folder: () => made(functionStage, { file: join(dir, 'small-net.ts'), imageSize: 16 }, 'functions'),
  },
  {
    form: 'a TypeScript file of tf.layers',
    folder: () => made(functionStage, { file: join(dir, 'layers.ts'), imageSize: 16 }, 'sequential'),
  },
  {
    form: 'a saved model.json',
    folder: async () => made(layersStage, { folder: await saved(smallLayers(), 'trained') }, 'saved'),
  },
]

async function opened(folder: string) {
  return {
    classifier: classifierOf(await readModelConfig(folder), { where: folder }),
    weights: await readModelWeights(folder),
  }
}

// Not Adam, which makes steps of rounding errors where a gradient is zero, as a bias before batch normalisation has.
const optimizer: OptimizerSpec = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.01 }
const trainerOf = (engine: Engine, classifier: Classifier, weights: Weights, seed = 11) =>
  engine.trainer({ classifier, weights, optimizer, trainable: allOf(classifier), maxGradNorm: 1, seed })

async function tenSteps(trainer: Trainer, classifier: Classifier): Promise<number[]> {
  const losses: number[] = []
  for (let i = 0; i < 10; i++) losses.push((await trainer.step([randomBatch(classifier, 6, i)], 0.01)).loss)
  return losses
}

describe.each(forms)('a model from $form', ({ folder }) => {
  it('trains ten steps on both engines with equal losses, and is the same model when it is read again', async () => {
    const before = await folder()
    const { classifier, weights } = await opened(before)
    expect(classifier.labels).toEqual(classes)
    expect(classifier.buffers.length).toBeGreaterThan(0)
    expect(classifier.parameters.filter(({ head }) => head).length).toBe(2)
    const [a, b] = [await trainerOf(compiled, classifier, weights), await trainerOf(eager, classifier, weights)]
    const [actual, expected] = [await tenSteps(a, classifier), await tenSteps(b, classifier)]
    expect(excess(actual, expected, tolerances.trainingStep)).toBeLessThan(1)
    expect(new Set(actual).size).toBe(10)
    for (const { name } of classifier.buffers) {
      const [one, other] = [a.weights().get(name) ?? [], b.weights().get(name) ?? []]
      expect(excess(one, other, tolerances.trainedLogits)).toBeLessThan(1)
      expect(one).not.toEqual(weights.get(name))
    }
    const wrong = await trainerOf(compiled, classifier, weights, 12)
    expect(excess(await tenSteps(wrong, classifier), expected, tolerances.trainingStep)).toBeGreaterThan(1)

    const after = `${before}-trained`
    const best = { epoch: 1, step: 10, trainLoss: actual[9] as number, trainedImages: 60 } as never
    const config = await readModelConfig(before)
    await writeTrainedModel({ dir: before }, after, { config, classifier, weights: a.weights(), best })
    const again = await opened(after)
    expect(await readModelConfig(after)).toEqual(config)
    expect((await readProvenance(after)).trainedSteps).toBe(10)
    const batch = randomBatch(classifier, 5, 99)
    const logits = await a.logits(batch)
    for (const [engine, tolerance] of [
      [compiled, undefined],
      [eager, tolerances.op],
    ] as const) {
      const predictor = await engine.predictor(again.classifier, again.weights)
      const answered = await predictor.logits(batch)
      if (tolerance === undefined) expect(answered).toEqual(logits)
      else expect(excess(answered, logits, tolerance)).toBeLessThan(1)
      await predictor.dispose()
    }
    await Promise.all([a.dispose(), b.dispose(), wrong.dispose()])
  })
})

describe('layers of tf.layers', () => {
  const L = tf.layers
  const image = [8, 8, 3]
  const end = () => [L.globalAveragePooling2d({}), L.dense({ units: 3 })]
  const first = (extra: object = {}) => L.conv2d({ inputShape: image, filters: 4, kernelSize: 3, ...extra })
  const rows = () => L.reshape({ inputShape: image, targetShape: [8, 24] })
  const kinds: Readonly<Record<string, () => tf.layers.Layer[]>> = {
    conv2d: () => [first({ activation: 'relu', padding: 'same', strides: 2 }), ...end()],
    depthwiseConv2d: () => [L.depthwiseConv2d({ inputShape: image, kernelSize: 3, depthMultiplier: 2 }), ...end()],
    separableConv2d: () => [L.separableConv2d({ inputShape: image, filters: 4, kernelSize: 3 }), ...end()],
    conv2dTranspose: () => [L.conv2dTranspose({ inputShape: image, filters: 4, kernelSize: 3, strides: 2 }), ...end()],
    batchNormalization: () => [first(), L.batchNormalization(), L.reLU({ maxValue: 6 }), ...end()],
    'batchNormalization without scale and centre': () => [
      first(),
      L.batchNormalization({ scale: false, center: false }),
      ...end(),
    ],
    layerNormalization: () => [first(), L.layerNormalization(), ...end()],
    pooling: () => [
      L.maxPooling2d({ inputShape: image, poolSize: 2 }),
      L.averagePooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 5, activation: 'elu' }),
      L.dropout({ rate: 0.5 }),
      L.dense({ units: 3 }),
    ],
    resizing: () => [
      L.upSampling2d({ inputShape: image }),
      L.zeroPadding2d({}),
      L.cropping2D({
        cropping: [
          [2, 1],
          [1, 1],
        ],
      }),
      L.permute({ dims: [2, 1, 3] }),
      first({ inputShape: undefined }),
      ...end(),
    ],
    'activations with weights': () => [first(), L.prelu(), L.leakyReLU(), L.elu(), L.thresholdedReLU(), ...end()],
    activations: () => [
      ...['selu', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh', 'swish', 'mish', 'relu6'].map(
        (activation, i) =>
          L.dense({ ...(i === 0 && { inputShape: image }), units: 4, activation: activation as 'selu' }),
      ),
      ...end(),
    ],
    lstm: () => [rows(), L.lstm({ units: 4 }), L.dense({ units: 3 })],
    gru: () => [rows(), L.gru({ units: 4 }), L.dense({ units: 3 })],
    bidirectional: () => [
      rows(),
      L.bidirectional({ layer: L.lstm({ units: 4 }) as tf.RNN, mergeMode: 'concat' }),
      L.dense({ units: 3 }),
    ],
    timeDistributed: () => [L.timeDistributed({ inputShape: image, layer: L.dense({ units: 4 }) }), ...end()],
    conv1d: () => [
      rows(),
      L.conv1d({ filters: 4, kernelSize: 3 }),
      L.maxPooling1d({}),
      L.globalMaxPooling1d({}),
      L.dense({ units: 3 }),
    ],
    'dropout of whole channels and rows': () => [
      rows(),
      L.spatialDropout1d({ rate: 0.5 }),
      L.dropout({ rate: 0.5, noiseShape: [null as never, 8, 1] }),
      L.flatten(),
      L.dense({ units: 3 }),
    ],
    'a model within a model': () => [
      tf.sequential({ layers: [first(), L.batchNormalization()] }) as unknown as tf.layers.Layer,
      ...end(),
    ],
  }

  const values = (model: tf.LayersModel): Weights =>
    new Map(
      innermost(model as unknown as LayerParts).flatMap((layer) =>
        layer.weights.map(({ originalName, val }) => [originalName, (val.dataSync() as Float32Array).slice()] as const),
      ),
    )

  it.each(Object.entries(kinds))(
    '%s is scored by the compiled engine as by tf.layers, and trains',
    async (_, layers) => {
      const topology = seeded(renumbered(topologyOf(tf.sequential({ layers: layers() }))), 3)
      const classifier = layersClassifier(topology, classes, { height: 8, width: 8 }, 'model')
      tryOut(classifier, 'model')
      const model = modelOf(topology, 'initial')
      const weights = layersInitialValues(topology)
      expect(weights).toEqual(values(model))
      const batch = randomBatch(classifier, 3, 7)
      const expected = (model.predict(tf.tensor4d(batch.pixels, [3, 8, 8, 3])) as tf.Tensor).dataSync()
      const predictor = await compiled.predictor(classifier, weights)
      expect(excess(await predictor.logits(batch), expected, tolerances.op)).toBeLessThan(1)
      const [a, b] = [await trainerOf(compiled, classifier, weights), await trainerOf(eager, classifier, weights)]
      const [one, other] = [await a.step([batch], 0.01), await b.step([batch], 0.01)]
      expect(excess([one.loss, one.gradNorm], [other.loss, other.gradNorm], tolerances.trainingStep)).toBeLessThan(1)
      await Promise.all([predictor.dispose(), a.dispose(), b.dispose()])
    },
  )

  it.each<[string, () => tf.layers.Layer[], string, string]>([
    ['a dilated convolution', () => [first({ dilationRate: 2 }), ...end()], 'XP_NO_TRAINING_STEP', 'dilation rates'],
    [
      'noise',
      () => [first(), L.gaussianNoise({ stddev: 1, name: 'hiss' }), ...end()],
      'XP_UNSUPPORTED_LAYER',
      '"hiss"',
    ],
    [
      'dropout in a recurrent layer',
      () => [rows(), L.lstm({ units: 4, dropout: 0.1, name: 'memory' }), L.dense({ units: 3 })],
      'XP_UNSUPPORTED_LAYER',
      '"memory"',
    ],
    [
      'a convolution in three dimensions',
      () => [
        L.reshape({ inputShape: image, targetShape: [8, 8, 3, 1] }),
        L.conv3d({ filters: 2, kernelSize: 2, name: 'volume' }),
        L.flatten(),
        L.dense({ units: 3 }),
      ],
      'XP_UNSUPPORTED_LAYER',
      'the layer "volume" (Conv3D) cannot be trained here: the tfjs kernel Conv3D cannot be compiled',
    ],
  ])('%s is refused by name before work starts', (_, layers, code, words) => {
    const topology = topologyOf(tf.sequential({ layers: layers() }))
    const attempt = () => tryOut(layersClassifier(topology, classes, { height: 8, width: 8 }, 'model'), 'model')
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }))
  })

  it('moving statistics move as tf.layers moves them', async () => {
    const topology = seeded(
      topologyOf(tf.sequential({ layers: [first(), L.batchNormalization({ momentum: 0.7 }), ...end()] })),
      3,
    )
    const classifier = layersClassifier(topology, classes, { height: 8, width: 8 }, 'model')
    const model = modelOf(topology, 'initial')
    const batch = randomBatch(classifier, 4, 7)
    const trainer = await trainerOf(compiled, classifier, values(model))
    await trainer.step([batch], 0)
    model.apply(tf.tensor4d(batch.pixels, [4, 8, 8, 3]), { training: true })
    const expected = values(model)
    expect(classifier.buffers).toHaveLength(2)
    for (const { name } of classifier.buffers)
      expect(excess(trainer.weights().get(name) ?? [], expected.get(name) ?? [], tolerances.op)).toBeLessThan(1)
    await trainer.dispose()
  })
})
