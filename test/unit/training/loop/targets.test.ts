import { expect, it } from 'vitest'
import type { Batch, MicroBatch } from '../../../../src/registry/engine.ts'
import {
  balancedWeights,
  type LossSpec,
  windowWithTargets,
  withTargets,
} from '../../../../src/training/loop/targets.ts'
import golden from '../../../goldens/training.json' with { type: 'json' }
import { excess, tolerances } from '../../../tolerances.ts'

const { sizes, logits, labels, cases, labelSmoother, balanced } = golden.losses
const classes = 3

/** The golden's examples in the batches of one window. */
function windowOf(lengths: readonly number[]): Batch[] {
  let from = 0
  return lengths.map((size) => {
    const own = Int32Array.from(labels.slice(from, from + size))
    from += size
    return { size, pixels: new Float32Array(size), labels: own }
  })
}

/** −Σ targets · log softmax(logits), in float64. */
function lossOf(batches: readonly MicroBatch[]): number {
  let [loss, row] = [0, 0]
  for (const { size, targets } of batches) {
    for (let i = 0; i < size; i++, row++) {
      const own = logits[row] ?? []
      const total = Math.log(own.reduce((sum, x) => sum + Math.exp(x), 0))
      for (const [c, x] of own.entries()) loss -= (targets[i * classes + c] ?? 0) * (x - total)
    }
  }
  return loss
}

const specOf = ({ labelSmoothing, classWeights }: (typeof cases)[number]): LossSpec => ({
  classes,
  labelSmoothing,
  ...(classWeights === null ? {} : { classWeights }),
})

// Targets are float32.
const tolerance = tolerances.op

for (const expected of cases) {
  const what = `smoothing ${expected.labelSmoothing}, weights ${expected.classWeights ?? 'none'}`
  it(`it has torch's cross-entropy over one batch and over a window with a short last batch: ${what}`, () => {
    for (const lengths of [[9], sizes]) {
      const loss = lossOf(windowWithTargets(windowOf(lengths), specOf(expected)))
      expect(excess([loss], [expected.loss], tolerance)).toBeLessThanOrEqual(1)
    }
  })
}

it("smooths as Hugging Face's LabelSmoother", () => {
  const loss = lossOf(windowWithTargets(windowOf([9]), { classes, labelSmoothing: 0.1 }))
  expect(excess([loss], [labelSmoother], tolerance)).toBeLessThanOrEqual(1)
  const more = lossOf(windowWithTargets(windowOf([9]), { classes, labelSmoothing: 0.11 }))
  expect(excess([more], [labelSmoother], tolerance)).toBeGreaterThan(1)
})

it('is another loss than the mean of the batches’ means', () => {
  const means = windowOf(sizes).map((batch) => withTargets(batch, classes))
  expect(excess([lossOf(means) / sizes.length], [cases[0]?.loss ?? 0], tolerance)).toBeGreaterThan(1)
})

it('balances classes as scikit-learn, and gives an absent one no weight', () => {
  expect(excess(balancedWeights(labels, classes), balanced, tolerances.metric)).toBeLessThanOrEqual(1)
  expect(balancedWeights([0, 0, 2], 3)).toEqual([0.5, 0, 1])
})
