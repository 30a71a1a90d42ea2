import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import type { HostTensor } from '../../src/compiler/executor.ts'
import { interpret } from '../../src/compiler/interpret.ts'
import { type Data, emptyData, sizeOf } from '../../src/compiler/ir.ts'
import { toOnnx } from '../../src/compiler/onnx.ts'
import { optimize } from '../../src/compiler/passes/index.ts'
import { expansions, rules } from '../../src/compiler/rules/index.ts'
import type { Rule } from '../../src/compiler/rules/rule.ts'
import { trace } from '../../src/compiler/trace.ts'
import { excess, tolerances } from '../tolerances.ts'
import { runOnnx } from '../unit/compiler/onnx-runtime.ts'
import { numbers } from '../unit/compiler/vit-graphs.ts'
import { type OpCase, opCases } from './ops-table.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const names = ['a', 'b', 'c', 'd', 'e']

function feedsOf({ shapes, domain: [low, high] = [-2, 2], dtypes = [] }: OpCase): Record<string, HostTensor> {
  const next = numbers(17)
  return Object.fromEntries(
    shapes.map((shape, i) => {
      const dtype = dtypes[i] ?? 'float32'
      const data = emptyData(dtype, sizeOf(shape))
      for (let k = 0; k < data.length; k++) data[k] = low + (high - low) * (0.5 + Math.tanh(next()) * 0.5)
      return [names[i], { dtype, shape, data }]
    }),
  )
}

/** The value, and the gradients of the sum of value · (its own position, scaled), so that no element counts the same. */
function withGradients({ run, gradient }: OpCase, operands: tf.Tensor[]): Record<string, tf.Tensor> {
  const value = run(...operands)
  if (gradient !== true) return { value }
  const weights = tf.tensor(
    Float32Array.from({ length: value.size }, (_, i) => 0.3 + (i % 7) / 5),
    value.shape,
  )
  const grads = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(run(...xs), weights)))(operands)
  return { value, ...Object.fromEntries(grads.map((g, i) => [`d${names[i]}`, g])) }
}

const traced = (testCase: OpCase, feeds: Record<string, HostTensor>) => {
  const inputs = Object.entries(feeds).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
  return trace(inputs, (t) =>
    withGradients(
      testCase,
      Object.keys(feeds).map((name) => t[name] as tf.Tensor),
    ),
  )
}

function eager(testCase: OpCase, feeds: Record<string, HostTensor>): Record<string, Data> {
  const operands = Object.values(feeds).map(({ data, shape, dtype }) =>
    tf.tensor(data, [...shape], dtype as tf.DataType),
  )
  return Object.fromEntries(
    Object.entries(withGradients(testCase, operands)).map(([k, t]) => [k, t.dataSync() as Data]),
  )
}

const worst = (actual: Record<string, ArrayLike<number>>, expected: Record<string, Data>) =>
  Math.max(...Object.entries(expected).map(([name, data]) => excess(actual[name] ?? [], data, tolerances.op)))

const dataOf = (results: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data]))

it(`the table of ${opCases.length} cases names each op once`, () => {
  expect(new Set(opCases.map(({ name }) => name)).size).toBe(opCases.length)
  expect(opCases.length).toBeGreaterThan(140)
})

it('the table covers every op that tfjs can record', () => {
  const covered = new Set(opCases.flatMap((c) => traced(c, feedsOf(c)).nodes.map(({ op }) => op)))
  const recorded = rules.filter(({ kernel }) => kernel !== undefined)
  const missing = recorded.map(({ op }) => op).filter((op) => !covered.has(op))
  expect(missing).toEqual([])
  expect(recorded.length + expansions.length).toBeGreaterThan(85)
})

for (const testCase of opCases)
  it(`${testCase.name}: interpreter and ONNX Runtime agree with tfjs`, async () => {
    const feeds = feedsOf(testCase)
    const graph = traced(testCase, feeds)
    const expected = eager(testCase, feeds)
    expect(worst(dataOf(interpret(graph, feeds)), expected)).toBeLessThanOrEqual(1)
    const optimised = optimize(graph)
    expect(worst(dataOf(interpret(optimised, feeds)), expected)).toBeLessThanOrEqual(1)
    const run = (await runOnnx(toOnnx(optimised), feeds)) as Record<string, Float32Array>
    expect(worst(run, expected)).toBeLessThanOrEqual(1)
  })

it('goes red when one rule computes something else', () => {
  const found = opCases.find(({ name }) => name === 'tanh') as OpCase
  const feeds = feedsOf(found)
  const graph = traced(found, feeds)
  const rule = rules.find(({ op }) => op === 'Tanh') as { -readonly [K in keyof Rule]: Rule[K] }
  const { evaluate } = rule
  rule.evaluate = (inputs, attrs, outputs) => evaluate(inputs, attrs, outputs).map((data) => data.map((x) => x * 1.001))
  try {
    expect(worst(dataOf(interpret(graph, feeds)), eager(found, feeds))).toBeGreaterThan(1)
  } finally {
    rule.evaluate = evaluate
  }
})
