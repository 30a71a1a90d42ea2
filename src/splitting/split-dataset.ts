import { Type } from 'typebox'
import {
  absentClasses,
  type Dataset,
  type Example,
  joinParts,
  lacksClasses,
  partToSplit,
} from '../artifacts/dataset.ts'
import { leaksBetween, tornGroups } from '../artifacts/leaks.ts'
import { type SplitManifest, splitManifestOf } from '../artifacts/split-manifest.ts'
import { emptyPart, leakingParts, leaksWarning } from '../errors/data.ts'
import { groupsTorn, tornGroupsFail } from '../errors/inspection.ts'
import type { StageContext } from '../registry/stage.ts'
import type { Parts } from './deal.ts'
import { type Unit, unitsOf } from './units.ts'

/** What to do about equal and nearly equal images in several parts. */
export type LeakPolicy = 'warn' | 'fail' | 'keepTogether'

/** Param of a stage that splits one part. */
export const partParam = {
  of: Type.Optional(
    Type.String({ minLength: 1, description: 'The part to split, where the dataset has parts already.' }),
  ),
}

/** Param of a stage that may tear lookalikes apart. */
export const leaksParam = {
  leaks: Type.Union([Type.Literal('warn'), Type.Literal('fail'), Type.Literal('keepTogether')], {
    default: 'warn',
    description:
      'Equal or nearly equal images that would lie in several parts: warn, fail, or keepTogether in one part.',
  }),
}

/** Metrics of a stage that splits. */
export const splitMetrics = {
  'split/*': { unit: 'images', per: 'run', description: 'Images in a part.' },
} as const

interface SplitParams {
  readonly of?: string
  readonly leaks?: LeakPolicy
}

type Splitting = Pick<
  StageContext<SplitParams, Record<never, never>, typeof splitMetrics>,
  'params' | 'warn' | 'metric'
> & {
  readonly inputs: { readonly dataset: Dataset }
}

/** The images in units that are to stay whole: groups, and lookalikes where the params say so. */
export const unitsToSplit = (examples: readonly Example[], { leaks }: SplitParams): readonly Unit[] =>
  unitsOf(examples, { lookalikes: leaks === 'keepTogether' })

/**
 * Splits one part of the dataset, says what a reader should know of the result, and lists it.
 * @param split makes the parts of the part's images
 * @throws XpError where a part is empty, or where lookalikes lie in several and must not
 */
export function splitDataset(
  { params, inputs: { dataset }, warn, metric }: Splitting,
  split: (examples: readonly Example[]) => Parts,
): { readonly dataset: Dataset; readonly manifest: SplitManifest } {
  const { examples, others } = partToSplit(dataset, params.of)
  const made = split(examples)
  const result = { ...dataset, parts: joinParts(made, others, params.of) }
  for (const [part, members] of Object.entries(made)) {
    if (members.length === 0) throw emptyPart(part, examples.length)
    const absent = absentClasses(dataset.classes, members)
    if (absent.length > 0) warn(lacksClasses(part, absent))
    metric(`split/${part}`, members.length, 0)
  }
  // A split keeps groups whole; those that reach into the parts it leaves alone were torn before.
  const torn = tornGroups(result.parts)
  if (torn.length > 0 && params.leaks === 'fail') throw tornGroupsFail(torn)
  if (torn.length > 0) warn(groupsTorn(torn))
  const leaks = leaksBetween(result.parts)
  if (leaks.length > 0 && params.leaks === 'fail')
    throw leakingParts(leaks, 'remove copies, or set leaks: keepTogether in the split, or leaks: warn')
  if (leaks.length > 0) warn(`${leaksWarning(leaks)}\n  leaks: keepTogether in the split gives each set to one part`)
  return { dataset: result, manifest: splitManifestOf(result) }
}
