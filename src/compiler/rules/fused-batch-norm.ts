import { type Expansion, need } from './rule.ts'

const operands = ['x', 'mean', 'variance', 'scale', 'offset']

/** tf.batchNorm: (x − mean) · scale / √(variance + ε) + offset. */
export const fusedBatchNorm: Expansion = {
  kernel: 'FusedBatchNorm',
  operands,
  expand(add, inputs, raw, present) {
    const named = (name: string) => inputs[present.indexOf(name)]
    const [x, mean, variance, scale, offset] = operands.map(named)
    need(x !== undefined && mean !== undefined && variance !== undefined, 'lacks x, mean or variance')
    const epsilon = add.constant('float32', [], Float32Array.of(Number(raw.varianceEpsilon ?? 0.001)))
    const inverse = add.node('Rsqrt', [add.node('Add', [variance, epsilon])])
    const slope = scale === undefined ? inverse : add.node('Multiply', [inverse, scale])
    // One product and one sum with x, as PyTorch computes it.
    const atZero = add.node('Neg', [add.node('Multiply', [mean, slope])])
    const intercept = offset === undefined ? atZero : add.node('Add', [atZero, offset])
    return [add.node('Add', [add.node('Multiply', [x, slope]), intercept])]
  },
}
