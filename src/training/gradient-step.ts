import * as tf from '@tensorflow/tfjs'
import type { Classifier, Tensors, TrainingMode } from '../registry/engine.ts'

export type GradientStep = {
  /** Scalar: see `MicroBatch`; in nats. */
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
 * @param tensors every parameter and buffer of the classifier by name
 * @param names the parameters to differentiate by; the path to the others is not computed
 * @param pixels float32 `[n, height, width, channels]`
 * @param targets float32 `[n, labels]`
 */
export function gradientStep(
  classifier: Classifier,
  tensors: Tensors,
  names: readonly string[],
  pixels: tf.Tensor4D,
  targets: tf.Tensor2D,
  mode: TrainingMode,
): GradientStep {
  let logits: tf.Tensor2D | undefined
  const lossOf = (...values: tf.Tensor[]) => {
    const all = { ...tensors, ...Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor])) }
    logits = tf.keep(classifier.head(all, classifier.features(all, pixels, mode), mode))
    return crossEntropy(logits, targets)
  }
  const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => parameterOf(tensors, name)))
  const gradients = Object.fromEntries(names.map((name, i) => [name, gradientOf(grads[i], name)]))
  return {
    loss: value as tf.Scalar,
    logits: logits as unknown as tf.Tensor2D,
    gradients,
    // Last layers first: ONNX Runtime follows the sum, so each gradient is computed as soon as backward reaches it.
    squaredGradNorm: squaredNorm(Object.values(gradients).reverse()),
  }
}

/** −Σ targets · log softmax(logits), in nats; both `[n, labels]`. */
const crossEntropy = (logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar =>
  tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits))))

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
