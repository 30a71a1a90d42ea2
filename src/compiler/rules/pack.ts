import { type Expansion, operand } from './rule.ts'

/** Joins equal tensors along a new axis. */
export const pack: Expansion = {
  kernel: 'Pack',
  operands: 'list',
  expand(add, inputs, raw) {
    const { shape } = operand(inputs, 0)
    const given = Number(raw.axis)
    const axis = given < 0 ? given + shape.length + 1 : given
    const parts = inputs.map((x) => add.node('Reshape', [x], { shape: shape.toSpliced(axis, 0, 1) }))
    return [add.node('Concat', parts, { axis })]
  },
}
