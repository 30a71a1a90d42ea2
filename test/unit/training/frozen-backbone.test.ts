import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { modelTypes } from '../../../src/nn/families.ts'
import type { Classifier, Tensors } from '../../../src/registry/engine.ts'
import {
  backboneDigest,
  backboneOf,
  featureDimension,
  headClassifierOf,
} from '../../../src/training/frozen-backbone.ts'
import { familyRuns } from '../../parity/families.ts'
import { goldenCheckpoint } from '../../parity/huggingface.ts'
import { randomBatch } from '../../parity/tiny-classifier.ts'
import { excess, tolerances } from '../../tolerances.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

async function opened(family: string) {
  const { classifier, weights } = await goldenCheckpoint(family)
  const tensors = [...classifier.parameters, ...classifier.buffers].map(({ name, shape }) => {
    return [name, tf.tensor(weights.get(name) as Float32Array, [...shape], 'float32')] as const
  })
  const { height, width } = classifier.image
  const { size, pixels } = randomBatch(classifier, 2, 5)
  return { classifier, tensors: Object.fromEntries(tensors), pixels: tf.tensor4d(pixels, [size, height, width, 3]) }
}

const logitsOf = (classifier: Classifier, tensors: Tensors, pixels: tf.Tensor4D) =>
  classifier.head(tensors, classifier.features(tensors, pixels))

for (const { family } of familyRuns) {
  it(`it splits ${family} into a backbone and a head that make the same logits`, async () => {
    const { classifier, tensors, pixels } = await opened(family)
    const features = logitsOf(backboneOf(classifier), tensors, pixels)
    expect(features.shape).toEqual([pixels.shape[0], featureDimension(classifier)])
    const head = headClassifierOf(classifier)
    expect(head.parameters.length).toBeGreaterThan(0)
    const rows = tf.reshape(features, [pixels.shape[0], 1, 1, head.image.channels]) as tf.Tensor4D
    const apart = logitsOf(head, tensors, rows).dataSync()
    const whole = logitsOf(classifier, tensors, pixels).dataSync()
    expect(excess(apart, whole, tolerances.op)).toBeLessThanOrEqual(1)
  })
}

it('covers every family', () => {
  expect(familyRuns.map(({ family }) => family).sort()).toEqual([...modelTypes].sort())
})

it('tells backbones apart by any of their weights, and not by the head', async () => {
  const { classifier, weights } = await goldenCheckpoint('resnet')
  const digestWith = (name: string) =>
    backboneDigest(
      classifier,
      new Map([...weights].map(([own, values]) => [own, own === name ? values.map((x) => x + 1) : values])),
    )
  const [head] = classifier.parameters.filter((parameter) => parameter.head)
  const [stem] = classifier.parameters.filter((parameter) => !parameter.head)
  const [mean] = classifier.buffers.filter(({ dtype }) => dtype === 'float32')
  const same = digestWith('')
  expect(digestWith(head?.name ?? '')).toBe(same)
  expect(digestWith(stem?.name ?? '')).not.toBe(same)
  expect(digestWith(mean?.name ?? '')).not.toBe(same)
})
