import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

export const gatherNdGradient: Gradient = {
  kernelName: 'GatherNd',
  inputsToSave: ['params', 'indices'],
  gradFunc(dy, saved) {
    const [params, indices] = saved as [tf.Tensor, tf.Tensor]
    return {
      params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
      indices: () => tf.zeros(indices.shape),
    }
  },
}

export const scatterNdGradient: Gradient = {
  kernelName: 'ScatterNd',
  inputsToSave: ['indices'],
  gradFunc(dy, saved) {
    const [indices] = saved as [tf.Tensor]
    return { updates: () => tf.gatherND(dy as tf.Tensor, indices), indices: () => tf.zeros(indices.shape) }
  },
}

const plainGather = tf.getGradient('GatherV2')

/**
 * With `batchDims` b: the one-hot indices of each example, transposed, times what they took. tfjs's own does one example
 * after another for b = 1, and mixes examples above.
 */
export const gatherGradient: Gradient = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc(dy, saved, attrs) {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor]
    const shared = Number(attrs.batchDims ?? 0)
    if (shared === 0) return plainGather.gradFunc(dy, saved, attrs as tf.NamedAttrMap)
    const axis = (Number(attrs.axis) + x.rank) % x.rank
    const batch = x.shape.slice(0, shared)
    const outer = x.shape.slice(shared, axis)
    const inner = x.shape.slice(axis + 1)
    const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
    const taken = size(indices.shape.slice(shared))
    const length = x.shape[axis] as number
    const [n, p, q] = [size(batch), size(outer), size(inner)]
    const ofX = () => {
      const hits = tf.cast(tf.oneHot(tf.reshape(indices, [n, taken]), length), 'float32')
      const rows = tf.transpose(tf.reshape(dy as tf.Tensor, [n, p, taken, q]), [0, 2, 1, 3])
      const sums = tf.matMul(hits, tf.reshape(rows, [n, taken, p * q]), true)
      return tf.reshape(tf.transpose(tf.reshape(sums, [n, length, p, q]), [0, 2, 1, 3]), x.shape)
    }
    return { x: ofX, indices: () => tf.zeros(indices.shape) }
  },
}
