import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { compile } from '../../../src/compiler/compile.ts'
import type { Graph, Node } from '../../../src/compiler/ir.ts'
import { trace } from '../../../src/compiler/trace.ts'
import { verify } from '../../../src/compiler/verify.ts'

const float = (name: string, shape: readonly number[]) => ({ name, shape, dtype: 'float32' as const })
const graph = trace([float('x', [2, 3])], ({ x }) => ({ y: tf.exp(tf.neg(x as tf.Tensor)) }))
const [neg, exp] = graph.nodes as [Node, Node]
const changed = (nodes: readonly Node[]): Graph => ({ ...graph, nodes })

it('accepts a traced graph', () => {
  expect(verify(graph)).toBe(graph)
})

it.each([
  ['a value assigned twice', changed([neg, neg, exp]), /assigned twice/],
  ['nodes out of order', changed([exp, neg]), /before it is assigned/],
  [
    'a wrong shape',
    changed([{ ...neg, outputs: [{ dtype: 'float32', shape: [3, 2] }] }, exp]),
    /its rule says float32\[2,3\]/,
  ],
  ['a wrong number of operands', changed([{ ...neg, inputs: [] }, exp]), /takes 1 operand, got 0/],
  ['an unknown op', changed([{ ...neg, op: 'Nothing' }, exp]), /no rule for Nothing/],
  ['a missing output', { ...graph, nodes: [neg] }, /output y is not assigned/],
])('refuses %s', (_, illegal, message) => {
  expect(() => verify(illegal, 'the test')).toThrow(message)
})

const state = [float('weights', [4]), float('m', [4]), float('gradient', [4]), float('rate', [])]
type Step = (t: Record<'weights' | 'm' | 'gradient' | 'rate', tf.Tensor>) => Record<string, tf.Tensor>
const update = (fn: Step, inPlace: Record<string, string>) =>
  compile(state, fn as Parameters<typeof compile>[1], { inPlace })

it('lets an update overwrite what only its ancestors read', () => {
  const step: Step = ({ weights, m, gradient, rate }) => {
    const nextM = tf.add(tf.mul(m, 0.9), gradient)
    return { 'next m': nextM, 'next weights': tf.sub(weights, tf.mul(nextM, rate)) }
  }
  expect(update(step, { 'next m': 'm', 'next weights': 'weights' }).onnx.length).toBeGreaterThan(100)
})

it('refuses to overwrite an input that another output still reads', () => {
  const step: Step = ({ weights, m, gradient, rate }) => ({
    'next m': tf.add(tf.mul(m, 0.9), gradient),
    'next weights': tf.sub(weights, tf.mul(m, rate)),
  })
  expect(() => update(step, { 'next m': 'm', 'next weights': 'weights' })).toThrow(
    /"next m" overwrites input "m", but .*Multiply/,
  )
})

it('refuses to overwrite an input whose reshaped view is read later', () => {
  const step: Step = ({ weights, m, gradient }) => {
    const view = tf.reshape(m, [2, 2])
    return { 'next m': tf.add(m, gradient), later: tf.add(tf.exp(view), tf.reshape(weights, [2, 2])) }
  }
  expect(() => update(step, { 'next m': 'm' })).toThrow(/"next m" overwrites input "m"/)
})

it('refuses a writer that reads other elements than the one it writes', () => {
  const step: Step = ({ m }) => ({ 'next m': tf.reverse(m) })
  expect(() => update(step, { 'next m': 'm' })).toThrow(/may read that input afterwards/)
})

it('refuses pairs that are not there or of different types', () => {
  const step: Step = ({ m, rate }) => ({ 'next m': tf.add(m, rate) })
  expect(() => update(step, { 'next m': 'rate' })).toThrow(/their types differ/)
  expect(() => update(step, { 'next v': 'm' })).toThrow(/has no such pair/)
})
