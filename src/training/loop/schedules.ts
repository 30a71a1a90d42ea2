/** Shapes of the learning rate over a training. */
export const scheduleNames = ['linear', 'cosine', 'constant', 'polynomial', 'one-cycle'] as const
export type ScheduleName = (typeof scheduleNames)[number]

export interface ScheduleOptions {
  readonly name: ScheduleName
  /** Peak learning rate. */
  readonly learningRate: number
  /** Optimiser updates of the whole training. */
  readonly totalSteps: number
  /** Updates over which the rate grows linearly from 0; `one-cycle` has its own and takes none. */
  readonly warmupSteps: number
  /** Exponent of `polynomial`; 1 by default. */
  readonly power?: number
}

/** The learning rate of update `k`, which counts from 0. */
export type Schedule = (k: number) => number

/** Warm-up updates for a share of the training, rounded up as Hugging Face's `warmup_steps` below 1. */
export const warmupStepsOf = (ratio: number, totalSteps: number): number => Math.ceil(totalSteps * ratio)

/** Whether a longer training has the same rates up to where a shorter one ends. */
export const isOpenEnded = (name: ScheduleName): boolean => name === 'constant'

/**
 * `linear`, `cosine` (half a period), `polynomial` (to 1e-7) and `constant` fall from the peak after the warm-up, as
 * `get_scheduler` of transformers `optimization.py`: update k uses f(k), so the last update of `linear` is not at 0.
 * `one-cycle`: the rate of torch's `OneCycleLR` with its defaults (cosine, 30 % rising from peak/25, ending at
 * peak/250,000); Adam's betas stay, as with `cycle_momentum=False`.
 */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { name, learningRate, totalSteps, warmupSteps } = options
  if (name === 'one-cycle') return oneCycle(learningRate, totalSteps)
  const rate = fallingRate(options)
  const falling = Math.max(1, totalSteps - warmupSteps)
  return (k) => (k < warmupSteps ? learningRate * (k / warmupSteps) : rate((totalSteps - k) / falling))
}

const polynomialEnd = 1e-7

/** The rate after the warm-up by the share of the updates after it that is left. */
function fallingRate({ name, learningRate, power = 1 }: ScheduleOptions): (left: number) => number {
  if (name === 'constant') return () => learningRate
  if (name === 'linear') return (left) => learningRate * Math.max(0, left)
  if (name === 'cosine') return (left) => learningRate * 0.5 * (1 + Math.cos(Math.PI * (1 - left)))
  return (left) => (learningRate - polynomialEnd) * Math.max(0, left) ** power + polynomialEnd
}

function oneCycle(peak: number, totalSteps: number): Schedule {
  const [initial, final] = [peak / 25, peak / 25 / 1e4]
  const [top, last] = [0.3 * totalSteps - 1, totalSteps - 1]
  return (k) =>
    k <= top ? annealed(initial, peak, k / top) : annealed(peak, final, last === top ? 1 : (k - top) / (last - top))
}

const annealed = (from: number, to: number, done: number) => to + ((from - to) / 2) * (Math.cos(Math.PI * done) + 1)
