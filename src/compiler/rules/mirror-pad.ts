import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

/** tf.mirrorPad: each axis takes its own elements again beyond its ends; `symmetric` repeats the edge, `reflect` does not. */
export const mirrorPad: Expansion = {
  kernel: 'MirrorPad',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const paddings = raw.paddings as readonly (readonly [number, number])[]
    const edge = raw.mode === 'symmetric' ? 1 : 0
    const padded = paddings.reduce((value, [before, after], axis) => {
      if (before + after === 0) return value
      const length = at(x.shape, axis)
      const places = Int32Array.from({ length: before + length + after }, (_, i) => {
        const place = i - before
        if (place < 0) return -place - edge
        return place < length ? place : 2 * (length - 1) - place + edge
      })
      const indices = add.constant('int32', [places.length], places)
      return add.node('GatherV2', [value, indices], { axis })
    }, x)
    return [padded === x ? add.node('Identity', [x]) : padded]
  },
}
