import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interpret } from '../../src/compiler/interpret.ts'
import type { Graph } from '../../src/compiler/ir.ts'
import { optimize, passes } from '../../src/compiler/passes/index.ts'
import { print } from '../../src/compiler/print.ts'
import { trace } from '../../src/compiler/trace.ts'
import { excess, tolerances } from '../tolerances.ts'
import { feedsOf } from '../unit/compiler/vit-graphs.ts'

type Step = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor

/** Steps from [2, 3, 4] tensors to one: what models are made of, and what the passes look for. */
const steps: Readonly<Record<string, Step>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  neg: tf.neg,
  tanh: tf.tanh,
  softmax: (x) => tf.softmax(x),
  double: (x) => tf.mul(x, 2),
  'times one': (x) => tf.mul(x, 1),
  'plus zero': (x) => tf.add(x, tf.zeros([2, 3, 4])),
  'there and back': (x) => tf.transpose(tf.transpose(x, [2, 0, 1]), [1, 2, 0]),
  flatten: (x) => tf.reshape(tf.relu(tf.reshape(x, [6, 4])), [2, 3, 4]),
  centre: (x) => tf.sub(x, tf.mean(x, -1, true)),
  normalise: (x) => tf.div(tf.sub(x, tf.mean(x, -1, true)), tf.sqrt(tf.add(tf.moments(x, -1, true).variance, 0.1))),
  linear: (x, y) => {
    const matrix = tf.reshape(tf.slice(y, [0, 0, 0], [1, 1, 4]), [4, 1])
    return tf.add(tf.reshape(tf.matMul(tf.reshape(x, [6, 4]), tf.mul(tf.ones([1, 4]), matrix)), [2, 3, 4]), 0.5)
  },
  attend: (x, y) => tf.matMul(tf.softmax(tf.mul(tf.matMul(x, y, false, true), 0.5)), y),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
  'first token': (x) => tf.tile(tf.slice(x, [0, 0, 0], [2, 1, 4]), [1, 3, 1]),
  'padded first token': (x) =>
    tf.pad(tf.slice(x, [0, 0, 0], [2, 1, 4]), [
      [0, 0],
      [0, 2],
      [0, 0],
    ]),
}

const names = Object.keys(steps)

interface Program {
  readonly ops: readonly { readonly name: string; readonly left: number; readonly right: number }[]
  readonly sliced: boolean
}

const programs: fc.Arbitrary<Program> = fc.record({
  ops: fc.array(fc.record({ name: fc.constantFrom(...names), left: fc.nat(20), right: fc.nat(20) }), {
    minLength: 1,
    maxLength: 8,
  }),
  sliced: fc.boolean(),
})

/** The program's result and its gradients with respect to both inputs. */
function graphOf({ ops, sliced }: Program): Graph {
  const shape = [2, 3, 4]
  const inputs = ['x', 'y'].map((name) => ({ name, shape, dtype: 'float32' as const }))
  const result = (x: tf.Tensor, y: tf.Tensor) => {
    const values = [x, y]
    for (const { name, left, right } of ops) {
      const [a, b] = [values[left % values.length], values[right % values.length]] as [tf.Tensor, tf.Tensor]
      values.push((steps[name] as Step)(a, b))
    }
    const last = values.at(-1) as tf.Tensor
    return sliced ? tf.slice(last, [0, 0, 0], [2, 1, 4]) : last
  }
  return trace(inputs, ({ x, y }) => {
    const operands = [x, y] as [tf.Tensor, tf.Tensor]
    const loss = (a: tf.Tensor, b: tf.Tensor) =>
      tf.add(tf.sum(tf.square(result(a, b))), tf.mul(tf.sum(tf.add(a, b)), 0.1))
    const [dx, dy] = tf.grads(loss as (...xs: tf.Tensor[]) => tf.Tensor)(operands)
    return { value: result(...operands), dx: dx as tf.Tensor, dy: dy as tf.Tensor }
  })
}

it(`the passes keep the value and the gradients of random programs of ${names.length} kinds of steps`, () => {
  const used = new Set<string>()
  fc.assert(
    fc.property(programs, (program) => {
      for (const { name } of program.ops) used.add(name)
      const graph = graphOf(program)
      const optimised = optimize(graph)
      const feeds = feedsOf(graph, 23)
      const [before, after] = [interpret(graph, feeds), interpret(optimised, feeds)]
      for (const [name, { data }] of Object.entries(before))
        expect(excess(after[name]?.data ?? [], data, tolerances.op), name).toBeLessThanOrEqual(1)
    }),
    { numRuns: 150 },
  )
  expect(used.size).toBe(names.length)
  expect(passes.length).toBeGreaterThan(9)
})

it('optimising a third time changes nothing', () => {
  fc.assert(
    fc.property(programs, (program) => {
      const once = optimize(optimize(graphOf(program)))
      expect(print(optimize(once))).toBe(print(once))
    }),
    { numRuns: 30 },
  )
})
