import * as tf from '@tensorflow/tfjs'
import type { Gradient } from './gradient.ts'

/** Each border folded back onto the elements that it repeats; tfjs's own forgets the borders. */
export const mirrorPadGradient: Gradient = {
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc(dy, saved, attrs) {
    const [x] = saved as [tf.Tensor]
    const paddings = attrs.paddings as readonly (readonly [number, number])[]
    const edge = attrs.mode === 'symmetric' ? 0 : 1
    const fold = (dy: tf.Tensor, [before, after]: readonly [number, number], axis: number) => {
      const length = x.shape[axis] as number
      const part = (begin: number, size: number) =>
        tf.slice(
          dy,
          dy.shape.map((_, a) => (a === axis ? begin : 0)),
          dy.shape.with(axis, size),
        )
      const border = (begin: number, size: number, place: number) => {
        const around = dy.shape.map((_, a): [number, number] => (a === axis ? [place, length - place - size] : [0, 0]))
        return tf.pad(tf.reverse(part(begin, size), axis), around)
      }
      const sums = [part(before, length)]
      if (before > 0) sums.push(border(0, before, edge))
      if (after > 0) sums.push(border(before + length, after, length - after - edge))
      return sums.reduce((a, b) => tf.add(a, b))
    }
    return { x: () => paddings.reduce(fold, dy as tf.Tensor) }
  },
}
