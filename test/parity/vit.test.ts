import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { readPreprocessor } from '../../src/artifacts/model.ts'
import { labelFields } from '../../src/artifacts/model-config.ts'
import { decodeFile } from '../../src/images/decode.ts'
import { parsePreprocessorConfig } from '../../src/images/preprocessor-config.ts'
import { process } from '../../src/images/processor.ts'
import { mapCheckpoint } from '../../src/nn/checkpoint.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { layoutOf } from '../../src/nn/families.ts'
import type { Classifier, Weights } from '../../src/registry/engine.ts'
import { goldenVit } from '../goldens/vit.ts'
import { excess, tolerances } from '../tolerances.ts'

beforeAll(() => {
  tf.enableProdMode()
  return tf.setBackend('cpu')
})

function logitsOf(classifier: Classifier, weights: Weights, pixels: Float32Array): Float32Array {
  return tf.tidy(() => {
    const { height, width, channels } = classifier.image
    const parameters = Object.fromEntries(
      classifier.parameters.map(({ name, shape }) => [
        name,
        tf.tensor(weights.get(name) ?? expect.fail(name), [...shape]),
      ]),
    )
    const x = tf.tensor4d(pixels, [pixels.length / (height * width * channels), height, width, channels])
    return classifier.head(parameters, classifier.features(parameters, x)).dataSync() as Float32Array
  })
}

it("gives transformers' logits for a ViTForImageClassification checkpoint", async () => {
  const golden = await goldenVit('vit-tiny')
  const classifier = classifierOf(golden.config)
  expect(classifier.labels).toEqual(['boot', 'sandal', 'shoe'])
  const all = Array.from({ length: golden.count }, (_, i) => i)
  const ours = logitsOf(classifier, golden.weights, golden.pixelsOf(all))
  expect(excess(ours, golden.expected.logits.flat(), tolerances.logits)).toBeLessThan(1)
  expect(ours).toHaveLength(33)
})

it("gives transformers' logits for a bare ViTModel checkpoint with a new head", async () => {
  const golden = await goldenVit('vit-bare')
  const layout = layoutOf(golden.config)
  const classifier = classifierOf({ ...golden.config, ...labelFields(['a', 'b', 'c']) })
  const tensors = new Map(
    [...golden.weights].map(([name, data]) => [name, { data, shape: [data.length] as readonly number[] }]),
  )
  const shapes = new Map(layout.parameters(3).map((p) => [p.name, p.shape]))
  for (const [name, tensor] of tensors) tensor.shape = shapes.get(layout.parameterName(name) ?? '') ?? tensor.shape
  const { found, missing, unexpected, mismatched } = mapCheckpoint(layout.parameters(3), tensors, layout.parameterName)
  expect({ missing, unexpected, mismatched }).toEqual({
    missing: ['classifier.weight', 'classifier.bias'],
    unexpected: [],
    mismatched: [],
  })
  const weights = new Map([...found].map(([name, { data }]) => [name, data]))
  for (const [name, data] of layout.initialHead(3, 42)) weights.set(name, data)
  const ours = logitsOf(classifier, weights, golden.pixelsOf([0, 1, 2]))
  expect(excess(ours, golden.expected.logits.flat(), tolerances.logits)).toBeLessThan(1)
})

it('notices one perturbed weight', async () => {
  const golden = await goldenVit('vit-tiny')
  const name = 'vit.encoder.layer.1.attention.attention.key.weight'
  const spoiled = golden.weights.get(name) ?? expect.fail('no such weight')
  spoiled[5] = (spoiled[5] ?? 0) + 0.1
  const weights = new Map([...golden.weights, [name, spoiled]])
  const ours = logitsOf(classifierOf(golden.config), weights, golden.pixelsOf([0, 1, 2, 3]))
  expect(excess(ours, golden.expected.logits.slice(0, 4).flat(), tolerances.logits)).toBeGreaterThan(1)
})

const photographs = resolve(import.meta.dirname, '../../../shared/datasets/shoe-sandal-boot')
it.skipIf(!existsSync(photographs))(
  "gives transformers' logits for photographs, decoded and resized here (skipped where the shoe-sandal-boot images are absent)",
  async () => {
    const golden = await goldenVit('vit-tiny')
    const logits = JSON.parse(readFileSync(join(golden.dir, '../vit-photographs.json'), 'utf8')) as Record<
      string,
      number[]
    >
    const processor = parsePreprocessorConfig(await readPreprocessor(golden.dir), 'preprocessor_config.json')
    for (const [file, expected] of Object.entries(logits)) {
      const pixels = process(await decodeFile(join(photographs, file)), processor)
      const ours = logitsOf(classifierOf(golden.config), golden.weights, pixels)
      expect(excess(ours, expected, tolerances.logits), file).toBeLessThan(1)
    }
    expect(Object.keys(logits)).toHaveLength(5)
  },
)
