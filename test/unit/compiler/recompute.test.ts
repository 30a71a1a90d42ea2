import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { bytesOf, executionOrder, lifetimes } from '../../../src/compiler/execution-order.ts'
import { interpret } from '../../../src/compiler/interpret.ts'
import type { Graph } from '../../../src/compiler/ir.ts'
import { toOnnx } from '../../../src/compiler/onnx.ts'
import { optimize } from '../../../src/compiler/passes/index.ts'
import { type MemoryMode, recompute } from '../../../src/compiler/recompute.ts'
import { trace } from '../../../src/compiler/trace.ts'
import { verify } from '../../../src/compiler/verify.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { runOnnx } from './onnx-runtime.ts'
import { deepVit, feedsOf, forwardGraph, gradientGraph } from './vit-graphs.ts'

const gradient = optimize(gradientGraph(deepVit, 2))
const peakOf = (graph: Graph) => lifetimes(graph).peak.bytes

it.each([
  { mode: 'normal', share: 0.85 },
  { mode: 'low', share: 0.5 },
] as const)('memory $mode holds less at the peak and computes the same to the bit', async ({ mode, share }) => {
  const after = verify(recompute(gradient, mode))
  expect(after.nodes.length).toBeGreaterThan(gradient.nodes.length)
  expect(peakOf(after)).toBeLessThan(peakOf(gradient) * share)
  const feeds = feedsOf(gradient, 3)
  const [expected, actual] = [interpret(gradient, feeds), interpret(after, feeds)]
  for (const [name, { data }] of Object.entries(expected)) expect(actual[name]?.data, name).toEqual(data)
  const run = await runOnnx(toOnnx(after), feeds)
  const errors = Object.entries(expected).map(([name, { data }]) =>
    excess(run[name] as Float32Array, data, tolerances.op),
  )
  expect(Math.max(...errors)).toBeLessThan(1)
})

it('low memory grows with the blocks by little more than what they hand on', () => {
  const low = recompute(gradient, 'low')
  const { made, reads, peak } = lifetimes(low)
  const held = [...made].filter(([value, start]) => start < peak.place && (reads.get(value)?.at(-1) ?? 0) > peak.place)
  const tokens = 2 * 10 * 8 * 4
  expect(held.filter(([value]) => bytesOf(value) > tokens).length).toBeLessThan(8)
})

it.each(['normal', 'low'] as const)('memory %s leaves a forward pass as it is', (mode) => {
  const forward = optimize(forwardGraph(deepVit, 2))
  expect(recompute(forward, mode)).toBe(forward)
})

/** A long chain that reads `state` first, then many large values backwards. */
function chain(depth: number): Graph {
  const inputs = ['x', 'state'].map((name) => ({ name, shape: [96], dtype: 'float32' as const }))
  return optimize(
    trace(inputs, ({ x, state }) => {
      const wide = tf.mul(tf.reshape(x as tf.Tensor, [96, 1]), tf.ones([1, 96]))
      const parts = Array.from({ length: depth }, (_, i) => tf.tanh(tf.add(tf.mul(wide, i + 2), state as tf.Tensor)))
      const forward = parts.reduce((a, b) => tf.matMul(a, b))
      const y = parts.toReversed().reduce((a, b) => tf.matMul(a, b), forward)
      return { y, 'next state': tf.add(state as tf.Tensor, tf.mean(y, 0)) }
    }),
  )
}

it('copies nothing that reads an overwritten input', () => {
  const graph = chain(12)
  expect(recompute(graph, 'normal').nodes.length).toBeGreaterThan(graph.nodes.length)
  expect(recompute(graph, 'normal', new Set(['state']))).toBe(graph)
})

it('runs operands depth first, of two the later one first', () => {
  const graph = trace(
    ['a', 'b'].map((name) => ({ name, shape: [2], dtype: 'float32' as const })),
    ({ a, b }) => ({ y: tf.sub(tf.exp(a as tf.Tensor), tf.neg(b as tf.Tensor)), z: tf.abs(a as tf.Tensor) }),
  )
  expect(executionOrder(graph).map(({ op }) => op)).toEqual(['Abs', 'Neg', 'Exp', 'Sub'])
})

it.each(['normal', 'low'] satisfies MemoryMode[])(
  'memory %s keeps the order legal: every operand runs first',
  (mode) => {
    const done = new Set([...gradient.inputs, ...gradient.constants].map(({ value }) => value))
    const order = executionOrder(recompute(gradient, mode))
    for (const { inputs, outputs } of order) {
      for (const value of inputs) expect(done.has(value)).toBe(true)
      for (const value of outputs) done.add(value)
    }
    expect(order.length).toBeGreaterThan(gradient.nodes.length)
  },
)
