import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import type { OptimizerSpec } from '../../src/registry/engine.ts'
import { withEma } from '../../src/training/optimizers/ema.ts'
import { clipScale, type OptimizedPiece, optimizerOf } from '../../src/training/optimizers/optimizer.ts'
import golden from '../goldens/optimizers.json' with { type: 'json' }
import { excess, tolerances } from '../tolerances.ts'

const names = ['decayed', 'undecayed', 'slow'] as const
const cases = golden.cases.map(({ optimizer, after }) => ({
  optimizer: optimizer as unknown as OptimizerSpec,
  after: after as unknown as Record<string, Record<string, number[]>>[],
}))
const labelOf = (spec: OptimizerSpec) =>
  spec.name === 'sgd' ? `sgd, momentum ${spec.momentum}${spec.nesterov ? ', Nesterov' : ''}` : spec.name

interface Perturbation {
  readonly firstStep?: number
  readonly noDecay?: boolean
  readonly maxGradNorm?: number
  readonly fast?: boolean
  readonly emaDecay?: number
  readonly spec?: object
}

/** The worst violation of the tolerance over all steps of PyTorch's trace; `perturb` changes one rule. */
function worstAgainstTorch({ optimizer: spec, after }: (typeof cases)[number], perturb: Perturbation = {}): number {
  let worst = 0
  const optimizer = withEma(optimizerOf({ ...spec, ...perturb.spec }), perturb.emaDecay ?? golden.emaDecay)
  const pieces = new Map<string, OptimizedPiece>(
    names.map((name) => {
      const weights = tf.tensor1d(golden.start[name])
      const zeros = optimizer.slots.map((slot) => [slot, slot === 'ema' ? weights : tf.zerosLike(weights)])
      return [name, { weights, slots: Object.fromEntries(zeros) }]
    }),
  )
  for (const [i, { gradients, learningRate, gradNorm }] of golden.steps.entries()) {
    const own = Object.entries(optimizer.scalars(i + (perturb.firstStep ?? 1)))
    const scalars = Object.fromEntries(own.map(([name, value]) => [name, tf.scalar(value)]))
    for (const name of names) {
      const step = {
        learningRate: tf.scalar(learningRate * (perturb.fast ? 1 : golden.learningRateFactors[name])),
        clipScale: tf.scalar(clipScale(gradNorm, perturb.maxGradNorm ?? golden.maxGradNorm)),
      }
      const decay = name !== 'undecayed' && perturb.noDecay !== true
      const next = optimizer.update(
        pieces.get(name) as OptimizedPiece,
        tf.tensor1d(gradients[name]),
        step,
        scalars,
        decay,
      )
      pieces.set(name, next)
      const expected = after[i]?.[name] ?? {}
      const actual: Record<string, tf.Tensor> = { weights: next.weights, ...next.slots }
      expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
      for (const [part, tensor] of Object.entries(actual))
        worst = Math.max(worst, excess(tensor.dataSync(), expected[part] ?? [], tolerances.op))
    }
  }
  return worst
}

beforeAll(async () => {
  await tf.setBackend('cpu')
})

it('it has the five optimisers of the goldens', () => {
  expect(cases).toHaveLength(5)
  expect(golden.steps).toHaveLength(8)
})

it.each(cases.map((c) => [labelOf(c.optimizer), c] as const))(
  'it updates weights, vectors and average as PyTorch does, with clipping, decay and two rates: %s',
  (_, example) => {
    expect(worstAgainstTorch(example)).toBeLessThan(1)
  },
)

it.each(cases.map((c) => [labelOf(c.optimizer), c] as const))(
  'it differs from PyTorch when a rule is perturbed: %s',
  (_, example) => {
    const { name } = example.optimizer
    const wrong: Perturbation[] = [
      { noDecay: true },
      { maxGradNorm: 0 },
      { fast: true },
      { emaDecay: 0.89 },
      ...(name === 'sgd'
        ? [{ spec: { momentum: example.optimizer.momentum === 0 ? 0 : 0.91, weightDecay: 0.09 } }]
        : [{ firstStep: 2 }, { spec: { name: name === 'adam' ? 'adamw' : 'adam' } }]),
    ]
    for (const perturbation of wrong) expect(worstAgainstTorch(example, perturbation)).toBeGreaterThan(1)
  },
)

it('it scales gradients down to the norm, never up', () => {
  expect(clipScale(4, 1)).toBeCloseTo(0.25, 6)
  expect(clipScale(0.5, 1)).toBe(1)
  expect(clipScale(1e9, 0)).toBe(1)
})
