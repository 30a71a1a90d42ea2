import { at } from '../shape.ts'
import { poolWindow } from './pool-window.ts'
import { type Expansion, operand } from './rule.ts'

/**
 * Gradient of AvgPool as tfjs's cpu backend computes it: dy spread evenly over the window. Where a window reaches into
 * the padding, tfjs still divides by the whole window there, unlike in its forward pass.
 */
export const avgPoolGradKernel: Expansion = {
  kernel: 'AvgPoolGrad',
  operands: ['dy', 'input'],
  expand(add, inputs, raw) {
    const [dy, x] = [operand(inputs, 0), operand(inputs, 1)]
    const { kernel, ...window } = poolWindow(raw, x)
    const [height, width] = [at(kernel, 0), at(kernel, 1)]
    const groups = at(x.shape, 3)
    const share = add.node('Fill', [], {
      shape: [groups, 1, height, width],
      value: 1 / (height * width),
      dtype: 'float32',
    })
    return [add.node('Conv2DBackpropInput', [dy, share], { ...window, groups, image: x.shape.slice(1, 3) })]
  },
}
