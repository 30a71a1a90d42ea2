import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLayersFolder } from '../../src/artifacts/layers-folder.ts'
import { modelOfFolder } from '../../src/nn/own/model-of-folder.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createProject, type Project } from '../e2e/project.ts'
import { excess, tolerances } from '../tolerances.ts'
import { realImages, realWeights, skippedFor } from './real-data.ts'

const [weights, graph, images] = [realWeights('mobilenet_v2'), realWeights('mobilenet_v2_mid'), realImages()]
const has = weights !== undefined && graph !== undefined && images !== undefined

let project: Project
beforeEach(() => {
  project = createProject()
})
afterEach(() => project.remove())

/** What tfjs itself says to these pixels, after its softmax. */
async function predictionOfTfjs(dir: string, pixels: Float32Array, shape: [number, number, number, number]) {
  const { topology, entries, weights: bytes } = await readLayersFolder(dir)
  await tf.setBackend('cpu')
  const model = await tf.loadLayersModel({
    load: async () => ({
      modelTopology: topology,
      weightSpecs: entries as tf.io.WeightsManifestEntry[],
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    }),
  })
  return (model.predict(tf.tensor4d(pixels, shape)) as tf.Tensor).dataSync() as Float32Array
}

describe.skipIf(!has)(skippedFor("MobileNetV2 in tfjs's format, quantised to 8 bits", has), () => {
  it('gives what tfjs gives', { timeout: 300_000 }, async () => {
    const dir = weights as string
    const labels = ['a', 'b', 'c', 'd', 'e']
    const { classifier, weights: values } = await modelOfFolder(await readLayersFolder(dir), labels, {
      dir,
      head: 'keep',
    })
    const pixels = Float32Array.from({ length: 2 * 224 * 224 * 3 }, (_, i) => (1 + Math.sin(i * 0.37 + i / 4000)) / 2)
    const engine = createOnnxEngine(await createOnnxRuntime({ threads: 2 }))
    const predictor = await engine.predictor(classifier, values(0))
    const logits = await predictor.logits({ size: 2, pixels })
    await engine.dispose()
    const chances = tf.softmax(tf.tensor2d(logits, [2, 5])).dataSync() as Float32Array
    const wanted = await predictionOfTfjs(dir, pixels, [2, 224, 224, 3])
    expect(excess(chances, [...wanted], tolerances.logits)).toBeLessThan(1)
    expect(new Set([...wanted].map((chance) => chance.toFixed(3))).size).toBeGreaterThan(4)
  })

  it('is a backbone: a new head learns shoes on its features', { timeout: 600_000 }, async () => {
    project.write(
      'mobilenet.yaml',
      `name: mobilenet
seed: 42
stages:
  load: { uses: load/imagefolder, with: { root: ${JSON.stringify(images)}, imagesPerClass: 200 } }
  split: { uses: split/stratified, from: load, with: { train: 0.75, test: 0.25 } }
  model:
    uses: model/layers
    from: { dataset: split }
    with: { folder: ${JSON.stringify(weights)}, head: new, featureLayer: out_relu, imageMean: [0, 0, 0], imageStd: [1, 1, 1] }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
  features: { uses: features/backbone, from: { model: model, data: transform }, with: { parts: [train] } }
  train:
    uses: train/head
    from: { model: model, features: features }
    with: { epochs: 100, batchSize: 50, learningRate: 0.003, bestBy: last }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform } }
`,
    )
    const { code, stdout, stderr } = await project.xp('run', 'mobilenet.yaml', '--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).metrics['test/accuracy']).toBeGreaterThanOrEqual(0.8)
  })

  it('is refused as a graph model, which has constants for weights', async () => {
    await expect(readLayersFolder(graph as string)).rejects.toThrow(/model\.json: it is a graph model/)
  })
})
