import * as tf from '@tensorflow/tfjs'

/**
 * Entries of x along an axis, in any order and any number of times. The gradient gathers as well instead of adding into
 * places, so the order of its sums is fixed on every device.
 * @param indices entries of x along `axis`
 * @returns x's shape with `indices.length` along `axis`
 */
export function take(x: tf.Tensor, indices: Int32Array, axis: number): tf.Tensor {
  const length = x.shape[axis] as number
  const gather = tf.customGrad((...args) => {
    const [x] = args as unknown as [tf.Tensor]
    const gradFunc = (dy: tf.Tensor) => {
      const { readers, most, even } = readersOf(indices, length)
      if (even && most === 1) return tf.gather(dy, tf.tensor1d(readers, 'int32'), axis)
      const paddings = dy.shape.map((_, i): [number, number] => [0, !even && i === axis ? 1 : 0])
      const padded = even ? dy : tf.pad(dy, paddings)
      return tf.sum(tf.gather(padded, tf.tensor2d(readers, [length, most], 'int32'), axis), axis + 1)
    }
    return { value: tf.gather(x, tf.tensor1d(indices, 'int32'), axis), gradFunc }
  })
  return gather(x)
}

/** For each of `length` entries the positions in `indices` that read it, filled up with `indices.length`. */
function readersOf(indices: Int32Array, length: number) {
  const counts = new Int32Array(length)
  for (const index of indices) counts[index] = (counts[index] as number) + 1
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  const even = counts.every((count) => count === most)
  const readers = new Int32Array(length * most).fill(indices.length)
  counts.fill(0)
  for (const [position, index] of indices.entries()) {
    const count = counts[index] as number
    readers[index * most + count] = position
    counts[index] = count + 1
  }
  return { readers, most, even }
}
