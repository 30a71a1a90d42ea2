import * as tf from '@tensorflow/tfjs'
import type { Classifier, Tensors } from '../../registry/engine.ts'
import { type Mask, maskedMode } from './masks.ts'

export type GradientStep = {
  /** Scalar: see `MicroBatch`; in nats. */
  readonly loss: tf.Scalar
  /** `[n, labels]` */
  readonly logits: tf.Tensor2D
  /** Of the loss, by parameter name and in its shape, added to the earlier ones where there are any. */
  readonly gradients: Tensors
  /** What the buffers that the model moved hold after this batch. */
  readonly buffers: Tensors
  /** Scalar: square of the L2 norm of all gradients together. */
  readonly squaredGradNorm: tf.Scalar
}

export interface GradientStepOptions {
  readonly classifier: Classifier
  /** Every parameter and buffer by name. */
  readonly tensors: Tensors
  /** The parameters to differentiate by; the path to the others is not computed. */
  readonly trainable: readonly string[]
  /** `[n, height, width, channels]` */
  readonly pixels: tf.Tensor4D
  /** `[n, labels]` */
  readonly targets: tf.Tensor2D
  /** Answers the masks of dropout and stochastic depth in the order of the forward pass. */
  mask(mask: Mask): tf.Tensor
  /** Factor on the loss that is differentiated, and so on the gradients; the loss that is answered is without it. */
  readonly lossScale?: tf.Tensor | undefined
  /** The gradient so far of a parameter, to add to. */
  earlier?(name: string): tf.Tensor
}

/** Loss and gradients of one batch in training mode. */
export function gradientStep(options: GradientStepOptions): GradientStep {
  const { classifier, tensors, trainable, pixels, targets, mask, lossScale, earlier } = options
  let loss: tf.Scalar | undefined
  let logits: tf.Tensor2D | undefined
  const buffers: Record<string, tf.Tensor> = {}
  const mode = maskedMode(mask, (name, value) => {
    buffers[name] = tf.keep(tf.clone(value))
  })
  const lossOf = (...values: tf.Tensor[]) => {
    const all = { ...tensors, ...Object.fromEntries(trainable.map((name, i) => [name, values[i] as tf.Tensor])) }
    logits = tf.keep(classifier.head(all, classifier.features(all, pixels, mode), mode))
    loss = tf.keep(crossEntropy(logits, targets))
    return lossScale === undefined ? loss : (tf.mul(loss, lossScale) as tf.Scalar)
  }
  const { grads } = tf.valueAndGrads(lossOf)(trainable.map((name) => parameterOf(tensors, name)))
  const gradients = Object.fromEntries(
    trainable.map((name, i) => {
      const gradient = gradientOf(grads[i], name)
      return [name, earlier === undefined ? gradient : tf.add(earlier(name), gradient)]
    }),
  )
  return {
    loss: loss as unknown as tf.Scalar,
    logits: logits as unknown as tf.Tensor2D,
    gradients,
    buffers,
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
