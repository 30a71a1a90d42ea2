import { trainingDiverged } from '../../errors/training.ts'
import type { Checkpoints } from '../checkpoints/checkpoints.ts'

/** @throws XpError naming the step, the learning rate and the last good checkpoint */
export function requireFinite(
  what: 'loss' | 'gradient norm' | 'validation loss',
  value: number,
  step: number,
  learningRate: number,
  { newest }: Pick<Checkpoints, 'newest'>,
): void {
  if (!Number.isFinite(value)) throw trainingDiverged({ what, value, step, learningRate, lastCheckpoint: newest })
}

/** So many halvings of a loss scale leave nothing to scale. */
const mostSkipped = 64

/**
 * @param losses per step, null where it was skipped
 * @throws XpError when the last steps were all skipped: no loss scale helps
 */
export function requireUpdates(
  losses: readonly (number | null)[],
  step: number,
  learningRate: number,
  checkpoints: Pick<Checkpoints, 'newest'>,
): void {
  const last = losses.slice(-mostSkipped)
  if (last.length < mostSkipped || last.some((loss) => loss !== null)) return
  requireFinite('gradient norm', Number.POSITIVE_INFINITY, step, learningRate, checkpoints)
}
