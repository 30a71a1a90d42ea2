import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { registerGradients } from '../../src/compiler/gradients/index.ts'
import { lacksGradient } from '../../src/compiler/gradients/missing.ts'
import { type Data, emptyData, sizeOf } from '../../src/compiler/ir.ts'
import { expansions, rules } from '../../src/compiler/rules/index.ts'
import { excess, tolerances } from '../tolerances.ts'
import { numbers } from '../unit/compiler/vit-graphs.ts'
import { type OpCase, opCases } from './ops-table.ts'

/**
 * Nothing to compare: OneHot takes whole numbers, the next three tell numbers from what is none, and tfjs's broadcastTo is a
 * Tile.
 */
const withoutSlope = ['OneHot', 'IsFinite', 'IsInf', 'IsNan', 'BroadcastTo']

beforeAll(async () => {
  await tf.setBackend('cpu')
  registerGradients()
})

const differentiable = opCases.filter(({ gradient }) => gradient === true)

function operandsOf({ shapes, domain: [low, high] = [-2, 2] }: OpCase): Data[] {
  const next = numbers(29)
  return shapes.map((shape) =>
    emptyData('float32', sizeOf(shape)).map(() => low + (high - low) * (0.5 + Math.tanh(next()) * 0.5)),
  )
}

const weightOf = (i: number) => 0.3 + (i % 7) / 5

function gradientsOf({ run, shapes }: OpCase, operands: readonly Data[]): Data[] {
  const weighted = (...xs: tf.Tensor[]) => {
    const value = run(...xs)
    const weights = tf.tensor(
      Float32Array.from({ length: value.size }, (_, i) => weightOf(i)),
      value.shape,
    )
    return tf.sum(tf.mul(value, weights))
  }
  const tensors = operands.map((data, i) => tf.tensor(data, [...(shapes[i] ?? [])], 'float32'))
  return tf.tidy(() =>
    tf
      .grads(weighted)(tensors)
      .map((gradient) => gradient.dataSync() as Data),
  )
}

/** The weighted change of the value between two points that differ in one element, summed in double precision. */
function change({ run, shapes }: OpCase, operands: readonly Data[], which: number, element: number, step: number) {
  const at = (offset: number) => {
    const tensors = operands.map((data, i) => {
      const moved = data.slice()
      if (i === which) moved[element] = (moved[element] as number) + offset
      return tf.tensor(moved, [...(shapes[i] ?? [])], 'float32')
    })
    return tf.tidy(() => run(...tensors).dataSync())
  }
  const [above, below] = [at(step), at(-step)]
  const exact = Math.fround((operands[which] as Data)[element] as number)
  const distance = Math.fround(exact + step) - Math.fround(exact - step)
  let sum = 0
  for (let i = 0; i < above.length; i++) sum += weightOf(i) * ((above[i] as number) - (below[i] as number))
  return sum / distance
}

/** A central difference of fourth order, or undefined where the value has a kink or a jump nearby. */
function slope(testCase: OpCase, operands: readonly Data[], which: number, element: number): number | undefined {
  const [near, far, farther] = [1, 2, 4].map((n) => change(testCase, operands, which, element, n * 0.01)) as [
    number,
    number,
    number,
  ]
  const smooth = (4 * near - far) / 3
  const coarse = (4 * far - farther) / 3
  const scale = Math.max(1, Math.abs(smooth))
  return Math.abs(smooth - coarse) > 1e-3 * scale ? undefined : smooth
}

it(`${differentiable.length} cases reach every kernel that compiles and has a gradient`, async () => {
  const reached = new Set<string>()
  for (const testCase of differentiable) {
    const operands = operandsOf(testCase).map((data, i) => tf.tensor(data, [...(testCase.shapes[i] ?? [])]))
    const { kernels } = await tf.profile(() => testCase.run(...operands))
    for (const { name } of kernels) reached.add(name)
  }
  const compiled = [...rules.filter(({ kernel }) => kernel).map(({ op }) => op), ...expansions.map((e) => e.kernel)]
  const expected = compiled.filter((kernel) => !lacksGradient(kernel) && !withoutSlope.includes(kernel))
  expect(expected.filter((kernel) => !reached.has(kernel))).toEqual([])
  expect(new Set(expected).size).toBeGreaterThan(85)
})

for (const testCase of differentiable)
  it(`${testCase.name}: its gradient is the slope`, () => {
    const operands = operandsOf(testCase)
    const gradients = gradientsOf(testCase, operands)
    let [tried, compared] = [0, 0]
    for (const [which, data] of operands.entries()) {
      const [actual, expected]: [number[], number[]] = [[], []]
      for (let element = 0; element < data.length; element += Math.ceil(data.length / 24)) {
        const found = slope(testCase, operands, which, element)
        tried++
        if (found === undefined) continue
        compared++
        actual.push(gradients[which]?.[element] as number)
        expected.push(found)
      }
      expect(excess(actual, expected, tolerances.slope), `operand ${which}: ${actual} for ${expected}`).toBeLessThan(1)
    }
    expect(compared).toBeGreaterThan(tried / 2)
  })
