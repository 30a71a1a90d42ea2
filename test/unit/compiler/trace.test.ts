import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { print } from '../../../src/compiler/print.ts'
import { type TracedFunction, trace } from '../../../src/compiler/trace.ts'
import { XpError } from '../../../src/errors/xp-error.ts'

const x = { name: 'x', shape: [2, 3], dtype: 'float32' as const }
const at = (t: Record<string, tf.Tensor>, name = 'x') => t[name] as tf.Tensor

function failure(fn: TracedFunction, inputs = [x]): XpError {
  try {
    trace(inputs, fn)
  } catch (error) {
    if (error instanceof XpError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

beforeAll(async () => {
  await tf.setBackend('cpu')
})

it('records the gradient that tfjs derives', () => {
  const graph = trace([x], (t) => ({ dx: tf.grad((y: tf.Tensor) => tf.sum(tf.square(y)))(at(t)) }))
  expect(print(graph)).toContain('output dx = ')
  expect(graph.nodes.map(({ op }) => op)).toContain('Multiply')
})

it('gives the same text for the same function', () => {
  const fn: TracedFunction = (t) => ({ y: tf.softmax(tf.mul(at(t), 2)) })
  expect(print(trace([x], fn))).toBe(print(trace([x], fn)))
})

it('puts the backend back and leaves no tensors behind', () => {
  const before = tf.memory().numTensors
  trace([x], (t) => ({ y: tf.add(at(t), 1) }))
  failure((t) => ({ y: tf.multinomial(at(t) as tf.Tensor1D, 2) }))
  expect(tf.getBackend()).toBe('cpu')
  expect(tf.memory().numTensors).toBe(before)
})

it('keeps tensors made outside as constants, which stay readable', () => {
  const table = tf.tensor1d([1, 2, 3])
  const graph = trace([x], (t) => ({ y: tf.mul(at(t), table) }))
  expect([...(graph.constants[0]?.data ?? [])]).toEqual([1, 2, 3])
  expect(print(graph)).toContain('constant %c0: float32[3] = 1, 2, 3')
  expect([...table.dataSync()]).toEqual([1, 2, 3])
  table.dispose()
})

it('names a kernel without a rule, the line that called it and what to use instead', () => {
  const error = failure((t) => ({ y: tf.depthToSpace(tf.reshape(tf.tile(at(t), [2, 2]), [1, 2, 3, 4]), 2) }))
  expect(error.code).toBe('XP_NO_RULE')
  expect(error.message).toMatch(/DepthToSpace, called at .*trace\.test\.ts:\d+, cannot be compiled/)
  expect(error.hint).toContain('reshape and transpose')
})

it('names a kernel without a gradient and the line that called it', () => {
  const loss = (x: tf.Tensor) => tf.sum(tf.cumprod(x)) as tf.Scalar
  const error = failure((t) => ({ y: tf.grad(loss)(at(t)) }))
  expect(error.code).toBe('XP_NO_GRADIENT')
  expect(error.message).toMatch(/Cumprod, called at .*trace\.test\.ts:\d+, has no gradient/)
  expect(() => tf.grad(loss)(tf.tensor1d([1, 2]))).toThrow(/Cumprod/)
})

it('names the op that reads values during a trace', () => {
  expect(failure((t) => ({ y: tf.scalar(at(t).dataSync()[0] ?? 0) })).code).toBe('XP_READ_DURING_TRACE')
})

it.each([
  ['dropout', (t: Record<string, tf.Tensor>) => ({ y: tf.dropout(at(t), 0.5) })],
  ['randomNormal', (t: Record<string, tf.Tensor>) => ({ y: tf.add(at(t), tf.randomNormal([3])) })],
  ['randomUniform', (t: Record<string, tf.Tensor>) => ({ y: tf.add(at(t), tf.randomUniform([3])) })],
])('refuses %s, whose numbers every step would reuse', (op, fn) => {
  const error = failure(fn)
  expect(error.code).toBe('XP_FROZEN_RANDOMNESS')
  expect(error.message).toContain(`tf.${op}`)
})

it('says which operands do not fit', () => {
  const error = failure((t) => ({ y: tf.einsum('aa->a', at(t)) }))
  expect(error.code).toBe('XP_UNFIT_OPERANDS')
  expect(error.message).toContain('a letter stands twice')
})

it('refuses an output with the name of an input', () => {
  expect(failure((t) => ({ x: tf.add(at(t), 1) })).code).toBe('XP_DUPLICATE_TENSOR_NAME')
})
