import { badWhen } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import { describeValue } from './describe.ts'
import { type LocatedMap, valueAt } from './located.ts'
import { locate } from './source.ts'
import type { StageEntry } from './wire.ts'

/** The stages that take part: all but those that say `when: false`, whose ids are answered too. */
export function takenStages(root: LocatedMap, entries: readonly StageEntry[]) {
  const errors: XpError[] = []
  const leftOut = new Set<string>()
  for (const { id } of entries) {
    const when = valueAt(root, ['stages', id, 'when'])
    if (when === undefined || (when.kind === 'scalar' && (when.broken || when.value === true))) continue
    if (when.kind === 'scalar' && when.value === false) leftOut.add(id)
    else errors.push(badWhen(locate((when.use ?? when).span), id, describeValue(when)))
  }
  return { entries: entries.filter(({ id }) => !leftOut.has(id)), leftOut, errors }
}
