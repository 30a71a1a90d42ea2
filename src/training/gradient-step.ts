import * as tf from '@tensorflow/tfjs'
import type { Classifier } from '../registry/engine.ts'

/** Tensors by name. */
export type Tensors = { readonly [name: string]: tf.Tensor }

export type GradientStep = {
  /** Scalar: mean cross-entropy of the batch, in nats. */
  readonly loss: tf.Scalar
  /** `[n, labels]` */
  readonly logits: tf.Tensor2D
  /** Of the loss, by parameter name and in its shape. */
  readonly gradients: Tensors
  /** Scalar: square of the L2 norm of all gradients together. */
  readonly squaredGradNorm: tf.Scalar
}

/**
 * Loss and gradients of one batch.
 * @param weights every parameter of the classifier by name
 * @param pixels float32 `[n, height, width, channels]`
 * @param labels int32 `[n]`
 */
export function gradientStep(
  classifier: Classifier,
  weights: Tensors,
  pixels: tf.Tensor4D,
  labels: tf.Tensor1D,
): GradientStep {
  const names = classifier.parameters.map((parameter) => parameter.name)
  let logits: tf.Tensor2D | undefined
  const lossOf = (...values: tf.Tensor[]) => {
    const byName = Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor]))
    logits = tf.keep(classifier.forward(byName, pixels))
    return crossEntropy(logits, labels)
  }
  const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => parameterOf(weights, name)))
  const gradients = Object.fromEntries(names.map((name, i) => [name, gradientOf(grads[i], name)]))
  return {
    loss: value as tf.Scalar,
    logits: logits as unknown as tf.Tensor2D,
    gradients,
    // Last layers first: ONNX Runtime follows the sum, so each gradient is computed as soon as backward reaches it.
    squaredGradNorm: squaredNorm(Object.values(gradients).reverse()),
  }
}

/**
 * Mean over the batch of −log softmax(logits)[label], in nats; a scalar.
 * @param logits `[n, labels]`
 * @param labels int32 `[n]`
 */
function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const [size, classes] = logits.shape
  const everyLabel = tf.tensor2d(
    Int32Array.from({ length: classes }, (_, k) => k),
    [1, classes],
    'int32',
  )
  const isLabel = tf.cast(tf.equal(tf.reshape(labels, [size, 1]), everyLabel), 'float32')
  return tf.mul(tf.sum(tf.mul(isLabel, tf.logSoftmax(logits))), -1 / size)
}

const squaredNorm = (tensors: readonly tf.Tensor[]): tf.Scalar =>
  tensors.map((tensor) => tf.sum(tf.square(tensor)) as tf.Scalar).reduce((a, b) => tf.add(a, b))

function parameterOf(weights: Tensors, name: string): tf.Tensor {
  const found = weights[name]
  if (found === undefined) throw new Error(`the weights lack "${name}"`)
  return found
}

function gradientOf(gradient: tf.Tensor | null | undefined, name: string): tf.Tensor {
  if (!gradient) throw new Error(`the loss does not depend on the parameter "${name}"`)
  return gradient
}
