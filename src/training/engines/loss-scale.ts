/** The factor on a half-precision loss that keeps small gradients from vanishing, and the steps since it last changed. */
export interface LossScale {
  readonly scale: number
  readonly goodSteps: number
}

export const initialLossScale: LossScale = { scale: 2 ** 16, goodSteps: 0 }

const growthInterval = 2000

/**
 * The scale for the next step: half after an overflow, twice after 2000 steps without one, as torch.amp.GradScaler.
 * @param finite whether every gradient of this step was
 */
export function nextLossScale({ scale, goodSteps }: LossScale, finite: boolean, interval = growthInterval): LossScale {
  if (!finite) return { scale: scale / 2, goodSteps: 0 }
  if (goodSteps + 1 < interval) return { scale, goodSteps: goodSteps + 1 }
  return { scale: Number.isFinite(Math.fround(scale * 2)) ? scale * 2 : scale, goodSteps: 0 }
}
