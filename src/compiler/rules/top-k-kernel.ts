import { type Expansion, operand } from './rule.ts'

/** tf.topk; its results are sorted whether asked or not. */
export const topKKernel: Expansion = {
  kernel: 'TopK',
  operands: ['x'],
  returnsList: true,
  expand: (add, inputs, raw) => add.add('TopK', [operand(inputs, 0)], { k: Number(raw.k) }),
}
