import { type Expansion, operand } from './rule.ts'

const like = (kernel: string, value: number): Expansion => ({
  kernel,
  operands: ['x'],
  expand(add, inputs) {
    const { dtype, shape } = operand(inputs, 0)
    return [add.node('Fill', [], { shape, value, dtype })]
  },
})

export const zerosLike = like('ZerosLike', 0)
export const onesLike = like('OnesLike', 1)
