import { normalAxes } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

export const reverse: Expansion = {
  kernel: 'Reverse',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const axes = normalAxes(raw.dims, x.shape.length)
    const begin = x.shape.map((length, axis) => (axes.includes(axis) ? length - 1 : 0))
    const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1))
    return [add.node('StridedSlice', [x], { begin, size: x.shape, steps })]
  },
}
