/** Shapes of the learning rate over a training. */
export const scheduleNames = ['linear', 'cosine', 'constant', 'one-cycle'] as const
export type ScheduleName = (typeof scheduleNames)[number]

export interface ScheduleOptions {
  readonly name: ScheduleName
  /** Peak learning rate. */
  readonly learningRate: number
  /** Optimiser updates of the whole training. */
  readonly totalSteps: number
  /** Updates over which the rate grows linearly from 0; `one-cycle` has its own and takes none. */
  readonly warmupSteps: number
}

/** The learning rate of update `k`, which counts from 0. */
export type Schedule = (k: number) => number

/** Warm-up updates for a share of the training, rounded up as Hugging Face's `warmup_steps` below 1. */
export const warmupStepsOf = (ratio: number, totalSteps: number): number => Math.ceil(totalSteps * ratio)

/**
 * `linear`, `cosine` (half a period) and `constant` fall from the peak after the warm-up, as `get_scheduler` of
 * transformers `optimization.py`: update k uses f(k), so the last update of `linear` is not at 0.
 * `one-cycle`: the rate of torch's `OneCycleLR` with its defaults (cosine, 30 % rising from peak/25, ending at
 * peak/250,000); Adam's betas stay, as with `cycle_momentum=False`.
 */
export function createSchedule({ name, learningRate, totalSteps, warmupSteps }: ScheduleOptions): Schedule {
  if (name === 'one-cycle') return oneCycle(learningRate, totalSteps)
  const factor = factors[name]
  const falling = Math.max(1, totalSteps - warmupSteps)
  return (k) => learningRate * (k < warmupSteps ? k / Math.max(1, warmupSteps) : factor(totalSteps - k, falling))
}

/** Factor after the warm-up, by the updates that are left and all the updates after it. */
const factors = {
  linear: (left: number, falling: number) => Math.max(0, left / falling),
  cosine: (left: number, falling: number) => Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (falling - left)) / falling))),
  constant: () => 1,
}

function oneCycle(peak: number, totalSteps: number): Schedule {
  const [initial, final] = [peak / 25, peak / 25 / 1e4]
  const [top, last] = [0.3 * totalSteps - 1, totalSteps - 1]
  return (k) =>
    k <= top ? annealed(initial, peak, k / top) : annealed(peak, final, last === top ? 1 : (k - top) / (last - top))
}

const annealed = (from: number, to: number, done: number) => to + ((from - to) / 2) * (Math.cos(Math.PI * done) + 1)
