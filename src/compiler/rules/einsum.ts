import { readEquation } from '../einsum.ts'
import { sizeOf } from '../ir.ts'
import { type Expansion, type NodeAdder, need, operand, type Value } from './rule.ts'

type Letters = readonly string[]

/** tf.einsum of one tensor: sum and transpose; of two: one batched matrix product between them. */
export const einsum: Expansion = {
  kernel: 'Einsum',
  operands: 'list',
  expand(add, inputs, raw) {
    const { terms, result } = readEquation(String(raw.equation))
    need(inputs.length === terms.length, `has ${terms.length} terms for ${inputs.length} operands`)
    const [a, b] = terms.map((letters, i) => {
      const x = operand(inputs, i)
      need(x.shape.length === letters.length, `reads ${letters.length} axes of a tensor that has ${x.shape.length}`)
      const others = [...result, ...terms.filter((_, j) => j !== i).flat()]
      return summed(add, x, letters, (letter) => others.includes(letter))
    })
    if (a === undefined) return []
    if (b === undefined) return [ordered(add, a.value, a.letters, result)]
    const shared = a.letters.filter((letter) => b.letters.includes(letter))
    const batch = shared.filter((letter) => result.includes(letter))
    const inner = shared.filter((letter) => !result.includes(letter))
    const rows = a.letters.filter((letter) => !shared.includes(letter))
    const columns = b.letters.filter((letter) => !shared.includes(letter))
    const length = new Map<string, number>()
    for (const { value, letters } of [a, b])
      for (const [axis, letter] of letters.entries()) {
        const size = operand(value.shape, axis)
        need((length.get(letter) ?? size) === size, `has two lengths for ${letter}: ${length.get(letter)} and ${size}`)
        length.set(letter, size)
      }
    const sizes = (letters: Letters) => letters.map((letter) => length.get(letter) ?? 1)
    const matrices = (x: Value, from: Letters, to: readonly Letters[]) =>
      add.node('Reshape', [ordered(add, x, from, to.flat())], {
        shape: [...sizes(batch), ...to.slice(1).map((letters) => sizeOf(sizes(letters)))],
      })
    const left = matrices(a.value, a.letters, [batch, rows, inner])
    const right = matrices(b.value, b.letters, [batch, inner, columns])
    const product = add.node('BatchMatMul', [left, right], { transposeA: false, transposeB: false })
    const letters = [...batch, ...rows, ...columns]
    return [ordered(add, add.node('Reshape', [product], { shape: sizes(letters) }), letters, result)]
  },
}

/** x summed over the axes that nothing else names. */
function summed(add: NodeAdder, x: Value, letters: Letters, named: (letter: string) => boolean) {
  const axes = letters.flatMap((letter, axis) => (named(letter) ? [] : [axis]))
  const value = axes.length === 0 ? x : add.node('Sum', [x], { axes, keepDims: false })
  return { value, letters: letters.filter(named) }
}

function ordered(add: NodeAdder, x: Value, from: Letters, to: Letters): Value {
  const perm = to.map((letter) => from.indexOf(letter))
  return perm.every((axis, i) => axis === i) ? x : add.node('Transpose', [x], { perm })
}
