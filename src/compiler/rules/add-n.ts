import type { Expansion } from './rule.ts'

export const addN: Expansion = {
  kernel: 'AddN',
  operands: 'list',
  expand: (add, inputs) => [inputs.reduce((sum, x) => add.node('Add', [sum, x]))],
}
