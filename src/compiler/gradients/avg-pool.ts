import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

/** Along one axis: how many elements each window holds that are no padding. */
const inside = (length: number, size: number, stride: number, before: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const start = i * stride - before
    return Math.min(start + size, length) - Math.max(start, 0)
  })

/** tfjs averages over what lies inside the image, and its own gradient over the whole window: each dy is scaled up to that. */
export const avgPoolGradient: Gradient = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc(dy, saved, attrs) {
    const [x] = saved as [tf.Tensor4D]
    const { filterSize, strides, pad, dimRoundingMode } = attrs as {
      filterSize: [number, number]
      strides: number | [number, number]
      pad: 'valid' | 'same' | number
      dimRoundingMode?: 'floor' | 'round' | 'ceil'
    }
    const window = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode)
    const { inHeight, filterHeight, strideHeight, outHeight, inWidth, filterWidth, strideWidth, outWidth } = window
    const { top, left } = window.padInfo
    const rows = inside(inHeight, filterHeight, strideHeight, top, outHeight)
    const columns = inside(inWidth, filterWidth, strideWidth, left, outWidth)
    const shares = rows.flatMap((h) => columns.map((w) => (filterHeight * filterWidth) / (h * w)))
    const padded = shares.some((share) => share !== 1)
    const scaled = () =>
      padded ? tf.mul(dy as tf.Tensor, tf.tensor4d(shares, [1, outHeight, outWidth, 1])) : (dy as tf.Tensor)
    const back = { filterSize, strides, pad } as unknown as tf.NamedAttrMap
    return { x: () => tf.engine().runKernel('AvgPoolGrad', { dy: scaled(), input: x }, back) as tf.Tensor }
  },
}
