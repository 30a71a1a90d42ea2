import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

/** The slices of one axis, which is dropped. */
export const unpack: Expansion = {
  kernel: 'Unpack',
  operands: ['value'],
  returnsList: true,
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const axis = (Number(raw.axis) + x.shape.length) % x.shape.length
    const zero = x.shape.map(() => 0)
    return Array.from({ length: at(x.shape, axis) }, (_, i) => {
      const part = add.node('Slice', [x], { begin: zero.with(axis, i), size: x.shape.with(axis, 1) })
      return add.node('Reshape', [part], { shape: x.shape.toSpliced(axis, 1) })
    })
  },
}
