import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { interpret } from '../../../src/compiler/interpret.ts'
import type { Graph } from '../../../src/compiler/ir.ts'
import { toOnnx } from '../../../src/compiler/onnx.ts'
import { optimize } from '../../../src/compiler/passes/index.ts'
import { errorFunction } from '../../../src/compiler/rules/erf.ts'
import { trace } from '../../../src/compiler/trace.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { runOnnx } from './onnx-runtime.ts'
import { baseVit, feedsOf, forwardGraph, gradientGraph, tinyVit } from './vit-graphs.ts'

const count = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length
const rowsOf = ({ nodes }: Graph, op: string) =>
  nodes.filter((node) => node.op === op).map(({ inputs }) => inputs[0]?.shape[0])

it('a ViT has one Gemm per linear layer, one LayerNormalization per norm and one Gelu per block', () => {
  for (const graph of [forwardGraph(tinyVit, 2), gradientGraph(tinyVit, 2)]) {
    const optimised = optimize(graph)
    expect(count(optimised, 'Gemm')).toBe(1 + 2 * 6 + 1)
    expect(count(optimised, 'LayerNormalization')).toBe(2 * 2 + 1)
    expect(count(optimised, 'Gelu')).toBe(2)
    expect(count(optimised, 'Erf')).toBe(0)
  }
})

it('the last block computes the class token alone wherever the others are not read', () => {
  const tokens = 2 * 10
  expect(rowsOf(optimize(forwardGraph(tinyVit, 2)), 'Gemm')).toEqual([
    18,
    ...Array(6).fill(tokens),
    2,
    tokens,
    tokens,
    2,
    2,
    2,
    2,
  ])
})

it('the backward pass of the last block works on the class token alone too', () => {
  const optimised = optimize(gradientGraph(tinyVit, 2))
  const products = optimised.nodes.filter(({ op, inputs }) => op === 'BatchMatMul' && inputs[0]?.shape.length === 2)
  const small = products.filter(({ inputs }) => inputs[0]?.shape[0] === 2)
  // Two products for each of the head, the MLP's two layers, the projection and the query.
  expect(small.length).toBe(10)
})

it('the gradient of attention sums over the channels of a head, where these are fewer than the tokens', async () => {
  const [tokens, channels] = [7, 3]
  const shape = [2, 2, tokens, channels]
  const inputs = ['q', 'k', 'v', 'dy'].map((name) => ({
    name,
    shape: name === 'dy' ? [2, tokens, 2, channels] : shape,
    dtype: 'float32' as const,
  }))
  const attention = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    tf.transpose(tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v), [0, 2, 1, 3])
  const graph = trace(inputs, (feeds) => {
    const [q, k, v, dy] = [feeds.q, feeds.k, feeds.v, feeds.dy] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const y = attention(q, k, v)
    const [dq, dk, dv] = tf.grads(attention)([q, k, v], dy) as [tf.Tensor, tf.Tensor, tf.Tensor]
    return { y, dq, dk, dv }
  })
  const optimised = optimize(graph)
  const summed = ({ nodes }: Graph) =>
    nodes.flatMap(({ op, inputs }) => (op === 'Sum' ? [inputs[0]?.shape.at(-1)] : []))
  expect(summed(graph)).toContain(tokens)
  expect(summed(optimised)).toEqual([channels])
  // The transposes that are there anyway are read: the result itself is not kept.
  const result = optimised.nodes.find(({ op, attrs }) => op === 'BatchMatMul' && !attrs.transposeA && !attrs.transposeB)
  const readers = optimised.nodes.filter(({ inputs }) => inputs.includes(result?.outputs[0] as never))
  expect(readers.map(({ op }) => op)).toEqual(['Transpose'])
  const feeds = feedsOf(graph, 4)
  const [expected, actual] = [interpret(graph, feeds), interpret(optimised, feeds)]
  const run = await runOnnx(toOnnx(optimised), feeds)
  for (const [name, { data }] of Object.entries(expected)) {
    expect(excess(actual[name]?.data as Float32Array, data, tolerances.op), name).toBeLessThan(1)
    expect(excess(run[name] as Float32Array, data, tolerances.op), name).toBeLessThan(1)
  }
})

it('the graph of a ViT-B keeps its size in hand', () => {
  const graph = gradientGraph(baseVit, 8)
  const optimised = optimize(graph)
  expect(graph.nodes.length).toBeGreaterThan(3000)
  expect(optimised.nodes.length).toBeLessThan(1900)
})

it('the normal distribution function from Gelu is within 1e-6 of the exact one, at 0 and in the tails too', async () => {
  const xs = Float32Array.from([
    0,
    -0,
    1e-30,
    -1e-30,
    1e-8,
    ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100),
  ])
  const graph = trace([{ name: 'x', shape: [xs.length], dtype: 'float32' }], ({ x }) => {
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(x as tf.Tensor, Math.SQRT1_2)), 1), 0.5)
    return { gelu: tf.mul(x as tf.Tensor, cumulative), cumulative }
  })
  const optimised = optimize(graph)
  expect(count(optimised, 'Gelu')).toBe(1)
  const feeds = { x: { dtype: 'float32' as const, shape: [xs.length], data: xs } }
  const interpreted = interpret(optimised, feeds)
  const run = await runOnnx(toOnnx(optimised), feeds)
  for (const results of [interpreted.cumulative?.data, run.cumulative as Float32Array]) {
    const errors = [...(results ?? [])].map((phi, i) =>
      Math.abs(phi - 0.5 * (1 + errorFunction((xs[i] as number) / Math.SQRT2))),
    )
    expect(Math.max(...errors)).toBeLessThan(1e-6)
    expect(errors.length).toBe(xs.length)
  }
})

it('composed layer norms of other spellings are fused as well', () => {
  const inputs = [
    { name: 'x', shape: [2, 3, 4], dtype: 'float32' as const },
    { name: 'scale', shape: [4], dtype: 'float32' as const },
    { name: 'shift', shape: [4], dtype: 'float32' as const },
  ]
  const graph = trace(inputs, (t) => {
    const [x, scale, shift] = [t.x, t.scale, t.shift] as [tf.Tensor, tf.Tensor, tf.Tensor]
    const centred = tf.sub(x, tf.mean(x, -1, true))
    const rstd = tf.reciprocal(tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)))
    return { y: tf.add(shift, tf.mul(scale, tf.mul(rstd, centred))) }
  })
  const optimised = optimize(graph)
  expect(optimised.nodes.map(({ op }) => op)).toEqual(['LayerNormalization'])
  const feeds = feedsOf(graph, 5)
  const [before, after] = [interpret(graph, feeds).y?.data ?? [], interpret(optimised, feeds).y?.data ?? []]
  expect(Math.max(...Array.from(before, (v, i) => Math.abs(v - (after[i] ?? Number.NaN))))).toBeLessThan(1e-5)
})

it('the gradient of gelu reads one copy of its operand', () => {
  const { nodes } = optimize(gradientGraph(tinyVit, 2))
  const operands = nodes.filter(({ op }) => op === 'Gelu').map(({ inputs }) => inputs[0])
  expect(operands).toHaveLength(2)
  for (const copy of operands) {
    const made = nodes.find(({ outputs }) => outputs[0] === copy)
    expect(made?.op).toBe('Add')
    const original = made?.inputs[0]
    expect(nodes.filter(({ inputs }) => original && inputs.includes(original))).toEqual([made])
  }
})

it.each([
  { inner: 256, rows: 128, columns: 256, straight: true },
  { inner: 256, rows: 256, columns: 128, straight: true },
  { inner: 256, rows: 16, columns: 16, straight: false },
])('a product of a transposed $inner × $rows matrix with $columns columns is straightened: $straight', async (size) => {
  const { inner, rows, columns, straight } = size
  const shapes = { a: [inner, rows], b: [inner, columns] }
  const inputs = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' as const }))
  const graph = trace(inputs, ({ a, b }) => ({ c: tf.matMul(a as tf.Tensor, b as tf.Tensor, true, false) }))
  const optimised = optimize(graph)
  expect(optimised.nodes.some(({ attrs }) => attrs.transposeA === true)).toBe(!straight)
  const copied = optimised.nodes.find(({ op }) => op === 'Transpose')?.inputs[0]?.shape[1]
  expect(copied).toBe(straight ? Math.min(rows, columns) : undefined)
  const feeds = feedsOf(graph, 1)
  const expected = interpret(graph, feeds).c?.data as Float32Array
  expect(excess((await runOnnx(toOnnx(optimised), feeds)).c as Float32Array, expected, tolerances.op)).toBeLessThan(1)
})
