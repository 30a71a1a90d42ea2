import * as tf from '@tensorflow/tfjs'
import type { Graph } from '../src/compiler/ir.ts'
import { trace } from '../src/compiler/trace.ts'
import { batchNorm } from '../src/nn/layers/batch-norm.ts'
import { conv2d } from '../src/nn/layers/conv2d.ts'
import { depthwiseConv2d } from '../src/nn/layers/depthwise-conv2d.ts'
import { gelu } from '../src/nn/layers/gelu.ts'
import { layerNorm } from '../src/nn/layers/layer-norm.ts'
import { linear } from '../src/nn/layers/linear.ts'
import { maxPool } from '../src/nn/layers/max-pool.ts'

/** Answers the next parameter of that shape. */
export type Parameters = (...shape: number[]) => tf.Tensor

/** Logits of three classes from pixels `[n, 224, 224, 3]`, in training. */
export type ConvolutionalModel = (pixels: tf.Tensor4D, parameter: Parameters) => tf.Tensor2D

const channelsOf = (x: tf.Tensor4D) => x.shape[3]

/** ResNet-50 version 1.5 (He et al. 2015, arXiv 1512.03385), batch normalisation by the batch. */
function resnet50(pixels: tf.Tensor4D, parameter: Parameters): tf.Tensor2D {
  const convolution = (x: tf.Tensor4D, outputs: number, size: number, stride: number) => {
    const weight = parameter(outputs, channelsOf(x), size, size)
    const y = conv2d(x, weight, undefined, { stride, padding: (size - 1) / 2 })
    return batchNorm(y, parameter(outputs), parameter(outputs), undefined, 1e-5).y
  }
  let x = maxPool(tf.relu(convolution(pixels, 64, 7, 2)), { size: 3, stride: 2, padding: 1 })
  for (const [stage, blocks] of [3, 4, 6, 3].entries())
    for (let block = 0; block < blocks; block++) {
      const [width, stride] = [64 * 2 ** stage, block === 0 && stage > 0 ? 2 : 1]
      const inner = tf.relu(convolution(tf.relu(convolution(x, width, 1, 1)), width, 3, stride))
      const branch = convolution(inner, width * 4, 1, 1)
      x = tf.relu(tf.add(branch, block === 0 ? convolution(x, width * 4, 1, stride) : x))
    }
  return linear(tf.mean(x, [1, 2]), parameter(3, channelsOf(x)), parameter(3)) as tf.Tensor2D
}

/** ConvNeXt-T (Liu et al. 2022, arXiv 2201.03545) without stochastic depth. */
function convnextTiny(pixels: tf.Tensor4D, parameter: Parameters): tf.Tensor2D {
  const norm = (x: tf.Tensor) => {
    const width = x.shape.at(-1) as number
    return layerNorm(x, parameter(width), parameter(width), 1e-6)
  }
  const patches = (x: tf.Tensor4D, width: number, size: number) =>
    conv2d(x, parameter(width, channelsOf(x), size, size), parameter(width), { stride: size })
  const block = (x: tf.Tensor4D) => {
    const width = channelsOf(x)
    const mixed = norm(depthwiseConv2d(x, parameter(width, 1, 7, 7), parameter(width), { padding: 3 }))
    const wide = gelu(linear(mixed, parameter(4 * width, width), parameter(4 * width)))
    return tf.add(
      x,
      tf.mul(linear(wide, parameter(width, 4 * width), parameter(width)), parameter(width)),
    ) as tf.Tensor4D
  }
  let x = norm(patches(pixels, 96, 4)) as tf.Tensor4D
  for (const [stage, blocks] of [3, 3, 9, 3].entries()) {
    if (stage > 0) x = patches(norm(x) as tf.Tensor4D, 96 * 2 ** stage, 2)
    for (let i = 0; i < blocks; i++) x = block(x)
  }
  return linear(norm(tf.mean(x, [1, 2])), parameter(3, channelsOf(x)), parameter(3)) as tf.Tensor2D
}

export const convolutionalModels: Readonly<Record<string, ConvolutionalModel>> = {
  resnet50,
  'convnext-t': convnextTiny,
}

/** (pixels, target, parameters) → loss and the gradient of every parameter, as a graph before any pass. */
export function gradientGraphOf(model: ConvolutionalModel, batch: number): Graph {
  const image = [224, 224, 3]
  const shapes: number[][] = []
  const inputs = (n: number) => [
    { name: 'pixels', shape: [n, ...image], dtype: 'float32' as const },
    { name: 'targets', shape: [n, 3], dtype: 'float32' as const },
  ]
  trace(inputs(1), (t) => {
    const zeros = (...shape: number[]) => {
      shapes.push(shape)
      return tf.zeros(shape)
    }
    return { logits: model(t.pixels as tf.Tensor4D, zeros) }
  })
  const parameters = shapes.map((shape, i) => ({ name: `parameter ${i}`, shape, dtype: 'float32' as const }))
  return trace([...inputs(batch), ...parameters], (t) => {
    const lossOf = (...values: tf.Tensor[]) => {
      let next = 0
      const logits = model(t.pixels as tf.Tensor4D, () => values[next++] as tf.Tensor)
      return tf.neg(tf.sum(tf.mul(t.targets as tf.Tensor, tf.logSoftmax(logits)))) as tf.Scalar
    }
    const { value, grads } = tf.valueAndGrads(lossOf)(parameters.map(({ name }) => t[name] as tf.Tensor))
    // The sum orders the gradients: each is computed as soon as the backward pass reaches it.
    const norms = grads.map((gradient) => tf.sum(tf.square(gradient))).reverse()
    const gradients = Object.fromEntries(grads.map((gradient, i) => [`gradient ${i}`, gradient]))
    return { loss: value, squaredNorm: norms.reduce((a, b) => tf.add(a, b)), ...gradients }
  })
}
