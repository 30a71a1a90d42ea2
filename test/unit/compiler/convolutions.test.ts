import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { interpret } from '../../../src/compiler/interpret.ts'
import type { Graph, Node, Value } from '../../../src/compiler/ir.ts'
import { toOnnx } from '../../../src/compiler/onnx.ts'
import { removeDeadCode } from '../../../src/compiler/passes/dead-code.ts'
import { optimize, passes } from '../../../src/compiler/passes/index.ts'
import { trace } from '../../../src/compiler/trace.ts'
import { verify } from '../../../src/compiler/verify.ts'
import { batchNorm } from '../../../src/nn/layers/batch-norm.ts'
import { conv2d } from '../../../src/nn/layers/conv2d.ts'
import { depthwiseConv2d } from '../../../src/nn/layers/depthwise-conv2d.ts'
import { groupNorm } from '../../../src/nn/layers/group-norm.ts'
import { maxPool } from '../../../src/nn/layers/max-pool.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { runOnnx } from './onnx-runtime.ts'
import { feedsOf } from './vit-graphs.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const shapes = {
  pixels: [2, 9, 8, 3],
  stem: [4, 3, 3, 3],
  narrow: [3, 4, 1, 1],
  scale: [3],
  shift: [3],
  down: [4, 3, 1, 1],
  patch: [4, 4, 2, 2],
  patchBias: [4],
  depthwise: [4, 1, 3, 3],
}

/** One of everything a residual network is made of. */
function network(t: Record<string, tf.Tensor>): tf.Tensor {
  const at = (name: keyof typeof shapes) => t[name] as tf.Tensor
  const x = maxPool(tf.relu(conv2d(at('pixels') as tf.Tensor4D, at('stem'), undefined, { padding: 1 })), {
    ...{ size: 3, stride: 2, padding: 1 },
  })
  const { y } = batchNorm(conv2d(x, at('narrow')), at('scale'), at('shift'), undefined, 1e-5)
  const wide = conv2d(tf.relu(y), at('down'), undefined, { stride: 2 })
  const even = tf.pad(wide, [
    [0, 0],
    [0, 1],
    [0, 0],
    [0, 0],
  ]) as tf.Tensor4D
  const grouped = groupNorm(even, tf.ones([4]), tf.zeros([4]), 2, 1e-5)
  const mixed = depthwiseConv2d(grouped, at('depthwise'), undefined, { padding: 1 })
  return conv2d(mixed, at('patch'), at('patchBias'), { stride: 2 })
}

function lossAndGradients(t: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const names = Object.keys(shapes)
  const lossOf = (...values: tf.Tensor[]) =>
    tf.sum(tf.square(network(Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor])))))
  const { value, grads } = tf.valueAndGrads(lossOf as (...xs: tf.Tensor[]) => tf.Scalar)(
    names.map((name) => t[name] as tf.Tensor),
  )
  return { loss: value, ...Object.fromEntries(grads.map((gradient, i) => [`d${names[i]}`, gradient])) }
}

const traced = () =>
  trace(
    Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' as const })),
    lossAndGradients,
  )

const worst = (actual: Record<string, ArrayLike<number>>, expected: Record<string, ArrayLike<number>>) =>
  Math.max(...Object.entries(expected).map(([name, data]) => excess(actual[name] ?? [], data, tolerances.op)))
const interpreted = (graph: Graph, seed: number) =>
  Object.fromEntries(Object.entries(interpret(graph, feedsOf(graph, seed))).map(([name, { data }]) => [name, data]))

it('a small residual network compiles to what tfjs computes, gradients included', async () => {
  const graph = traced()
  const feeds = feedsOf(graph, 5)
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])])
  const expected = Object.fromEntries(
    Object.entries(lossAndGradients(Object.fromEntries(tensors))).map(([name, t]) => [name, t.dataSync()]),
  )
  const optimised = optimize(graph)
  expect(worst(interpreted(optimised, 5), expected)).toBeLessThanOrEqual(1)
  const run = (await runOnnx(toOnnx(optimised), feeds)) as Record<string, Float32Array>
  expect(worst(run, expected)).toBeLessThanOrEqual(1)
})

it('each pass keeps the network the same function', () => {
  let before = traced()
  for (const { name, run } of passes) {
    const after = verify(removeDeadCode.run(run(before)), name)
    expect(worst(interpreted(after, 3), interpreted(before, 3)), name).toBeLessThanOrEqual(1)
    before = after
  }
})

const producers = ({ nodes }: Graph) =>
  new Map(nodes.flatMap((node) => node.outputs.map((out) => [out, node] as const)))
const operations = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op)

it('1 × 1 kernels and patches are matrix products, forward and backward', () => {
  const optimised = optimize(traced())
  const kernels = (op: string, index: number) =>
    operations(optimised, op).map(({ inputs }) => inputs[index]?.shape.slice(2))
  const overlapping = [
    [3, 3],
    [3, 3],
  ]
  expect(kernels('Conv2D', 1)).toEqual(overlapping)
  expect(kernels('Conv2DBackpropInput', 1)).toEqual(overlapping)
  expect(operations(optimised, 'Conv2DBackpropFilter')).toHaveLength(2)
})

it('weights in torch’s layout reach a convolution without being moved', () => {
  const optimised = optimize(traced())
  const inputs = new Set<Value>(optimised.inputs.map(({ value }) => value))
  for (const { inputs: operands } of operations(optimised, 'Conv2D'))
    expect(inputs.has(operands[1] as Value)).toBe(true)
})

it('the gradient of relu reads its result, so that the operand need not be kept', () => {
  const optimised = optimize(traced())
  const made = producers(optimised)
  const sources = operations(optimised, 'Step').map(({ inputs: [x] }) => (made.get(x as Value) as Node).op)
  expect(sources).toEqual(['Relu', 'Relu'])
})
