import * as tf from '@tensorflow/tfjs'

/** What tfjs's registry of gradients takes; `saved` holds the named inputs in order, then the kept outputs. */
export interface Gradient {
  readonly kernelName: string
  readonly inputsToSave?: string[]
  /** For a kernel that takes a list. */
  readonly saveAllInputs?: boolean
  readonly outputsToSave?: boolean[]
  gradFunc(
    dy: tf.Tensor | tf.Tensor[],
    saved: tf.Tensor[],
    attrs: Readonly<Record<string, unknown>>,
  ): Record<string, () => tf.Tensor>
}

/** dy summed over the axes along which an operand of `shape` was repeated. */
export function sumTo(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const offset = dy.rank - shape.length
  const axes = dy.shape.flatMap((length, axis) =>
    axis < offset || (shape[axis - offset] === 1 && length !== 1) ? [axis] : [],
  )
  return axes.length === 0 ? dy : tf.reshape(tf.sum(dy, axes), [...shape])
}
