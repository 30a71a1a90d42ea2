import { type Resampling, resampleMatrix } from '../resample.ts'
import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

/** tf.image.resize…: one small matrix product per axis; `[n, h, w, c]` to `[n, size[0], size[1], c]`. */
const resize = (kernel: string, method: Resampling['method']): Expansion => ({
  kernel,
  operands: ['images'],
  expand(add, inputs, raw) {
    const images = operand(inputs, 0)
    const [n, h, w, c] = images.shape as [number, number, number, number]
    const size = raw.size as readonly number[]
    const [height, width] = [at(size, 0), at(size, 1)]
    const how = { method, alignCorners: raw.alignCorners === true, halfPixelCenters: raw.halfPixelCenters === true }
    const plain = { transposeA: false, transposeB: false }
    const down = add.constant('float32', [height, h], resampleMatrix(h, height, how))
    const across = add.constant('float32', [width, w], resampleMatrix(w, width, how))
    const rows = add.node('Reshape', [images], { shape: [n, h, w * c] })
    const stretched = add.node('BatchMatMul', [down, rows], plain)
    const columns = add.node('Reshape', [stretched], { shape: [n * height, w, c] })
    const resized = add.node('BatchMatMul', [across, columns], plain)
    return [add.node('Reshape', [resized], { shape: [n, height, width, c] })]
  },
})

export const resizeBilinear = resize('ResizeBilinear', 'bilinear')
export const resizeNearestNeighbor = resize('ResizeNearestNeighbor', 'nearest')
