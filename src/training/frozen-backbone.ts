import * as tf from '@tensorflow/tfjs'
import { trace } from '../compiler/trace.ts'
import type { Classifier, Weights } from '../registry/engine.ts'
import { type Digest, sha256 } from '../std/hash.ts'

const headOf = ({ parameters }: Classifier) => parameters.filter(({ head }) => head)

/** Numbers per example before a classifier's head, from its features traced on one image. */
export function featureDimension(classifier: Classifier): number {
  const { height, width, channels } = classifier.image
  const float32 = (name: string, shape: readonly number[]) => ({ name, shape, dtype: 'float32' as const })
  const tensors = [...classifier.parameters, ...classifier.buffers].map(({ name, shape }) => float32(name, shape))
  const { outputs } = trace([...tensors, float32('pixels', [1, height, width, channels])], (t) => ({
    features: classifier.features(t, t.pixels as tf.Tensor4D),
  }))
  return outputs[0]?.value.shape[1] as number
}

/** The classifier without its head: its "logits" are the features `[n, d]`. */
export function backboneOf(classifier: Classifier): Classifier {
  const labels = Array.from({ length: featureDimension(classifier) }, (_, i) => `feature ${i}`)
  const parameters = classifier.parameters.filter(({ head }) => !head)
  return { ...classifier, family: `${classifier.family} backbone`, labels, parameters, head: (_, features) => features }
}

/** The head alone, as a classifier of features: images of 1 × 1 pixel with d channels. */
export function headClassifierOf(classifier: Classifier): Classifier {
  const dimension = featureDimension(classifier)
  return {
    ...classifier,
    family: `${classifier.family} head`,
    image: { height: 1, width: 1, channels: dimension },
    parameters: headOf(classifier),
    buffers: [],
    features: (_, pixels) => tf.reshape(pixels, [pixels.shape[0], dimension]),
  }
}

/** Digest of all that features depend on in the weights. */
export function backboneDigest(classifier: Classifier, weights: Weights): Digest {
  const tensors = [...classifier.parameters.filter(({ head }) => !head), ...classifier.buffers]
  const digests = tensors.map(({ name }) => {
    const values = weights.get(name)
    if (values === undefined) throw new Error(`no weights for ${name}`)
    return `${name} ${sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))}`
  })
  return sha256(digests.join('\n'))
}
