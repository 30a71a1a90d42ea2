import { type Expansion, need, operand } from './rule.ts'

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
}

/** tfjs's matMul with bias and activation, as tf.fused.matMul and dense layers call it. */
export const fusedMatMulKernel: Expansion = {
  kernel: '_FusedMatMul',
  operands: ['a', 'b', 'bias'],
  expand(add, inputs, raw) {
    const [transposeA, transposeB] = [raw.transposeA === true, raw.transposeB === true]
    const product = add.node('BatchMatMul', [operand(inputs, 0), operand(inputs, 1)], { transposeA, transposeB })
    const sum = inputs[2] === undefined ? product : add.node('Add', [product, inputs[2]])
    const activation = String(raw.activation ?? 'linear')
    if (activation === 'linear') return [sum]
    const op = activations[activation]
    need(op !== undefined, `with activation ${activation} cannot be compiled; apply the activation after it`)
    return [add.node(op, [sum])]
  },
}
