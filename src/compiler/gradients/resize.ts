import * as tf from '@tensorflow/tfjs'
import { type Resampling, resampleMatrix } from '../resample.ts'
import type { Gradient } from './gradient.ts'

/** The forward products with both matrices transposed. tfjs's own ignores `halfPixelCenters` and swaps height and width. */
const resizeGradient = (kernelName: string, method: Resampling['method']): Gradient => ({
  kernelName,
  inputsToSave: ['images'],
  gradFunc(dy, saved, attrs) {
    const [images] = saved as [tf.Tensor4D]
    const [n, h, w, c] = images.shape
    const [height, width] = attrs.size as [number, number]
    const how = { method, alignCorners: attrs.alignCorners === true, halfPixelCenters: attrs.halfPixelCenters === true }
    const ofImages = () => {
      const across = tf.tensor2d(resampleMatrix(w, width, how), [width, w])
      const down = tf.tensor2d(resampleMatrix(h, height, how), [height, h])
      const columns = tf.matMul(across, tf.reshape(dy as tf.Tensor, [n * height, width, c]), true)
      return tf.reshape(tf.matMul(down, tf.reshape(columns, [n, height, w * c]), true), images.shape)
    }
    return { images: ofImages }
  },
})

export const resizeGradients: readonly Gradient[] = [
  resizeGradient('ResizeBilinear', 'bilinear'),
  resizeGradient('ResizeNearestNeighbor', 'nearest'),
]
