import { type Expansion, operand } from './rule.ts'

export const expandDims: Expansion = {
  kernel: 'ExpandDims',
  operands: ['input'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const dim = Number(raw.dim)
    const axis = dim < 0 ? dim + x.shape.length + 1 : dim
    return [add.node('Reshape', [x], { shape: x.shape.toSpliced(axis, 0, 1) })]
  },
}
