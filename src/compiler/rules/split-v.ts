import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

/** Consecutive parts of one axis: so many equal ones, or of the listed sizes (one of them may be -1, the rest). */
export const splitV: Expansion = {
  kernel: 'SplitV',
  operands: ['x'],
  returnsList: true,
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const axis = (Number(raw.axis) + x.shape.length) % x.shape.length
    const length = at(x.shape, axis)
    const asked = raw.numOrSizeSplits
    const sizes = Array.isArray(asked)
      ? (asked as readonly number[])
      : Array.from({ length: Number(asked) }, () => length / Number(asked))
    const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0)
    let start = 0
    return sizes.map((asked) => {
      const size = asked === -1 ? length - known : asked
      const begin = x.shape.map((_, a) => (a === axis ? start : 0))
      start += size
      return add.node('Slice', [x], { begin, size: x.shape.with(axis, size) })
    })
  },
}
