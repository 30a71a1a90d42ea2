import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { initialLossScale, nextLossScale } from '../../../../src/training/engines/loss-scale.ts'

const golden = JSON.parse(readFileSync(new URL('../../../goldens/loss-scale.json', import.meta.url), 'utf8')) as {
  readonly interval: number
  readonly trace: readonly { readonly finite: boolean; readonly scale: number; readonly goodSteps: number }[]
}

it("it follows torch's GradScaler through overflows and growth", () => {
  let state = initialLossScale
  for (const { finite, scale, goodSteps } of golden.trace) {
    state = nextLossScale(state, finite, golden.interval)
    expect(state).toEqual({ scale, goodSteps })
  }
  expect(golden.trace.filter(({ finite }) => !finite)).toHaveLength(3)
  expect(golden.trace.some(({ scale }, i) => scale > (golden.trace[i - 1]?.scale ?? scale))).toBe(true)
})

it('it grows after 2000 good steps, and never out of float32', () => {
  let state = initialLossScale
  for (let i = 0; i < 1999; i++) state = nextLossScale(state, true)
  expect(state).toEqual({ scale: 2 ** 16, goodSteps: 1999 })
  expect(nextLossScale(state, true)).toEqual({ scale: 2 ** 17, goodSteps: 0 })
  expect(nextLossScale({ scale: 2 ** 127, goodSteps: 1999 }, true).scale).toBe(2 ** 127)
})
