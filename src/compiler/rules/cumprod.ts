import { at } from '../shape.ts'
import { type Expansion, type NodeAdder, operand, type Value } from './rule.ts'

/** Running products along one axis, which ONNX lacks: ⌈log₂ length⌉ products with the tensor moved by 1, 2, 4, …. */
export const cumprod: Expansion = {
  kernel: 'Cumprod',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const axis = (Number(raw.axis) + x.shape.length) % x.shape.length
    const backwards = raw.reverse === true
    let products = raw.exclusive === true ? moved(add, x, axis, 1, backwards) : x
    for (let step = 1; step < at(x.shape, axis); step *= 2)
      products = add.node('Multiply', [products, moved(add, products, axis, step, backwards)])
    return [products === x ? add.node('Identity', [x]) : products]
  },
}

/** x moved by `step` along the axis, ones where nothing moved in. */
function moved(add: NodeAdder, x: Value, axis: number, step: number, backwards: boolean): Value {
  const zeros = x.shape.map(() => 0)
  const kept = x.shape.with(axis, at(x.shape, axis) - step)
  const part = add.node('Slice', [x], { begin: backwards ? zeros.with(axis, step) : zeros, size: kept })
  const padding = zeros.with(axis, step)
  return add.node('PadV2', [part], {
    before: backwards ? zeros : padding,
    after: backwards ? padding : zeros,
    value: 1,
  })
}
