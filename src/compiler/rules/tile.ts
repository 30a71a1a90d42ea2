import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

/** tfjs broadcasts through Tile: where only axes of length 1 are repeated, it is a broadcast. */
export const tile: Expansion = {
  kernel: 'Tile',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const reps = [...(raw.reps as readonly number[])]
    if (reps.every((r) => r === 1)) return [add.node('Identity', [x])]
    if (!reps.every((r, axis) => r === 1 || x.shape[axis] === 1)) return [add.node('Tile', [x], { reps })]
    return [add.node('BroadcastTo', [x], { shape: x.shape.map((length, axis) => length * at(reps, axis)) })]
  },
}
