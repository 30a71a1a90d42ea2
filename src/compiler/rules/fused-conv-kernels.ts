import { convolution } from './conv-kernels.ts'
import { type Expansion, type KernelAttrs, type NodeAdder, need, type Value } from './rule.ts'

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
}

function activated(add: NodeAdder, y: Value, raw: KernelAttrs, prelu: Value | undefined): Value {
  const activation = String(raw.activation ?? 'linear')
  if (activation === 'linear') return y
  if (activation === 'leakyrelu') return add.node('LeakyRelu', [y], { alpha: Number(raw.leakyreluAlpha ?? 0.2) })
  if (activation === 'prelu' && prelu !== undefined) return add.node('Prelu', [y, prelu])
  const op = activations[activation]
  need(op !== undefined, `with activation ${activation} cannot be compiled; apply the activation after it`)
  return add.node(op, [y])
}

/** tfjs's convolution with bias and activation, as tf.fused.conv2d and layers in prediction call it. */
const fused = (kernel: string, depthwise: boolean): Expansion => ({
  kernel,
  operands: ['x', 'filter', 'bias', 'preluActivationWeights'],
  expand(add, inputs, raw) {
    need(raw.dataFormat !== 'NCHW', 'takes channels last')
    const optional = inputs.slice(2)
    const slopes = raw.activation === 'prelu' ? optional.pop() : undefined
    const [bias] = optional
    const y = convolution(add, inputs, raw, depthwise)
    const sum = bias === undefined ? y : add.node('Add', [y, bias])
    return [activated(add, sum, raw, slopes)]
  },
})

export const fusedConv2dKernel = fused('FusedConv2D', false)
export const fusedDepthwiseConv2dKernel = fused('FusedDepthwiseConv2D', true)
