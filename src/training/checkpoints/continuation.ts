import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainingCheckpoints } from '../../artifacts/training-checkpoints.ts'
import type { Json } from '../../std/canonical-json.ts'
import type { FitResult } from '../loop/fit.ts'
import { isOpenEnded } from '../loop/schedules.ts'
import type { TrainingParams } from '../params.ts'

/** A finished training that differs in its `epochs`. */
export interface EarlierTraining {
  readonly value: Json | undefined
  outputs(): Promise<{ readonly checkpoints: TrainingCheckpoints }>
}

/**
 * Puts the checkpoints of the longest earlier training with fewer epochs into `dir`, unless a training has begun there;
 * says why where its schedule does not allow that.
 */
export async function continueEarlier(
  { earlier, warn }: { earlier(param: string): Promise<readonly EarlierTraining[]>; warn(message: string): void },
  { epochs, schedule, warmupRatio }: TrainingParams,
  dir: string,
): Promise<void> {
  const begun = await readdir(dir).catch(() => [])
  if (begun.length > 0) return
  const shorter = (await earlier('epochs'))
    .filter(({ value }) => Number(value) < epochs)
    .sort((a, b) => Number(b.value) - Number(a.value))
  const [longest] = shorter
  if (longest === undefined) return
  const from = `the training of ${longest.value} epochs in the store`
  if (!isOpenEnded(schedule)) {
    warn(
      `starts afresh, not from ${from}: the schedule ${schedule} depends on the number of epochs (constant does not)`,
    )
    return
  }
  if (warmupRatio > 0) {
    warn(`starts afresh, not from ${from}: warmupRatio depends on the number of epochs (warmupSteps does not)`)
    return
  }
  const { checkpoints } = await longest.outputs()
  for (const name of checkpoints.names) await cp(join(checkpoints.dir, name), join(dir, name), { recursive: true })
}

/** The checkpoints from which a longer training may go on: none where its rates would be others from the start. */
export function endOf(
  { schedule, warmupRatio }: TrainingParams,
  dir: string,
  { best, steps }: FitResult,
): TrainingCheckpoints {
  if (!isOpenEnded(schedule) || warmupRatio > 0) return { dir, names: [] }
  return { dir, names: [...new Set([steps, best.step])].map((step) => `checkpoint-${step}`) }
}
