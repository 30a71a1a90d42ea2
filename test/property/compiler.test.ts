import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interpret } from '../../src/compiler/interpret.ts'
import type { Graph } from '../../src/compiler/ir.ts'
import { toOnnx } from '../../src/compiler/onnx.ts'
import { removeDeadCode } from '../../src/compiler/passes/dead-code.ts'
import { optimize, passes } from '../../src/compiler/passes/index.ts'
import { print } from '../../src/compiler/print.ts'
import { recompute } from '../../src/compiler/recompute.ts'
import { trace } from '../../src/compiler/trace.ts'
import { verify } from '../../src/compiler/verify.ts'
import { excess, tolerances } from '../tolerances.ts'
import { runOnnx } from '../unit/compiler/onnx-runtime.ts'
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
  'pointwise convolution': (x, y) => picture(x, (image) => tf.conv2d(image, kernel(y, [1, 1, 4, 4]), 1, 'same')),
  convolution: (x, y) => picture(x, (image) => tf.conv2d(image, kernel(y, [3, 2, 4, 4]), 1, 'same')),
  'depthwise convolution': (x, y) =>
    picture(x, (image) => tf.depthwiseConv2d(image, kernel(y, [3, 3, 4, 1]), 1, 'same')),
  'average pool': (x) => picture(x, (image) => tf.avgPool(image, 3, 1, 'same')),
  'padded first token': (x) =>
    tf.pad(tf.slice(x, [0, 0, 0], [2, 1, 4]), [
      [0, 0],
      [0, 2],
      [0, 0],
    ]),
}

/** [2, 3, 4] as one image of 2 × 3 pixels with 4 channels, and back. */
const picture = (x: tf.Tensor, fn: (image: tf.Tensor4D) => tf.Tensor): tf.Tensor =>
  tf.reshape(fn(tf.reshape(x, [1, 2, 3, 4])), [2, 3, 4])

/** A convolution's kernel out of 24 numbers, repeated as often as need be. */
function kernel(y: tf.Tensor, shape: [number, number, number, number]): tf.Tensor4D {
  const size = shape.reduce((a, b) => a * b, 1)
  const flat = tf.tile(tf.reshape(y, [24]), [Math.ceil(size / 24)])
  return tf.reshape(tf.slice(flat, [0], [size]), shape)
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

type Values = Readonly<Record<string, { readonly data: ArrayLike<number> }>>

function expectEqual(actual: Values, expected: Values, what: string): void {
  for (const [name, { data }] of Object.entries(expected)) {
    // A sum of products of random numbers may be large, and its rounding with it.
    const largest = Math.max(1, ...Array.from(data, Math.abs))
    const share = (values: ArrayLike<number>) => Float32Array.from(values, (x) => x / largest)
    expect(excess(share(actual[name]?.data ?? []), share(data), tolerances.op), `${what}: ${name}`).toBeLessThanOrEqual(
      1,
    )
  }
}

it(`each pass keeps the value and the gradients of random programs of ${names.length} kinds of steps`, () => {
  const used = new Set<string>()
  fc.assert(
    fc.property(programs, (program) => {
      for (const { name } of program.ops) used.add(name)
      const graph = graphOf(program)
      const feeds = feedsOf(graph, 23)
      const expected = interpret(graph, feeds)
      passes.reduce((before, { name, run }) => {
        const after = removeDeadCode.run(verify(run(before), name))
        if (after !== before) expectEqual(interpret(after, feeds), expected, name)
        return after
      }, graph)
    }),
    { numRuns: 150 },
  )
  expect(used.size).toBe(names.length)
  expect(passes.length).toBeGreaterThan(9)
})

it('ONNX Runtime computes what the interpreter does, whether memory is low or not', async () => {
  await fc.assert(
    fc.asyncProperty(programs, fc.constantFrom('normal' as const, 'low' as const), async (program, memory) => {
      const graph = recompute(optimize(graphOf(program)), memory, new Set())
      const feeds = feedsOf(graph, 29)
      const ran = await runOnnx(toOnnx(verify(graph, 'recompute')), feeds)
      const actual = Object.fromEntries(
        Object.entries(ran).map(([name, data]) => [name, { data: data as ArrayLike<number> }]),
      )
      expectEqual(actual, interpret(graph, feeds), memory)
    }),
    { numRuns: 60 },
  )
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
