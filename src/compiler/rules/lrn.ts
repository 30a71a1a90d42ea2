import { type Expansion, type KernelAttrs, type NodeAdder, operand, type Value } from './rule.ts'

/** For each channel, the sum over the channels within `radius` of it: a product with a band of ones. */
function nearbySum(add: NodeAdder, x: Value, radius: number): Value {
  const channels = operand(x.shape, x.shape.length - 1)
  const band = new Float32Array(channels * channels)
  for (let i = 0; i < channels; i++)
    for (let j = 0; j < channels; j++) if (Math.abs(i - j) <= radius) band[i * channels + j] = 1
  const matrix = add.constant('float32', [channels, channels], band)
  return add.node('BatchMatMul', [x, matrix], { transposeA: false, transposeB: false })
}

const facts = (raw: KernelAttrs) => {
  const number = (name: string) => Number(raw[name])
  return { radius: number('depthRadius'), bias: number('bias'), alpha: number('alpha'), beta: number('beta') }
}

const scalar = (add: NodeAdder, value: number) => add.constant('float32', [], Float32Array.of(value))

/** bias + α · Σ x² over nearby channels. */
function normOf(add: NodeAdder, x: Value, raw: KernelAttrs): Value {
  const { radius, bias, alpha } = facts(raw)
  const squares = nearbySum(add, add.node('Square', [x]), radius)
  return add.node('Add', [add.node('Multiply', [squares, scalar(add, alpha)]), scalar(add, bias)])
}

/** tf.localResponseNormalization: x · (bias + α · Σ x²)^−β (Krizhevsky et al. 2012, section 3.3). */
export const lrn: Expansion = {
  kernel: 'LRN',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const power = add.node('Pow', [normOf(add, x, raw), scalar(add, -facts(raw).beta)])
    return [add.node('Multiply', [x, power])]
  },
}

/** Its gradient: dy · norm^−β − 2αβ · x · Σ dy · y / norm over nearby channels. */
export const lrnGrad: Expansion = {
  kernel: 'LRNGrad',
  operands: ['x', 'y', 'dy'],
  expand(add, inputs, raw) {
    const [x, y, dy] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    const { radius, alpha, beta } = facts(raw)
    const norm = normOf(add, x, raw)
    const own = add.node('Multiply', [dy, add.node('Pow', [norm, scalar(add, -beta)])])
    const ratios = add.node('RealDiv', [add.node('Multiply', [dy, y]), norm])
    const others = add.node('Multiply', [x, nearbySum(add, ratios, radius)])
    return [add.node('Sub', [own, add.node('Multiply', [others, scalar(add, 2 * alpha * beta)])])]
  },
}
