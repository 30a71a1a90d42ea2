import { absentClasses, type Dataset, type Example, lacksClasses } from '../artifacts/dataset.ts'
import { elongation, type Inspection, listed, spreadOf } from '../artifacts/inspection.ts'
import { conflictingLabels, leaksBetween, tornGroups } from '../artifacts/leaks.ts'
import { leakingParts, leaksWarning, unreadableImages } from '../errors/data.ts'
import {
  alphaDropped,
  classUnreadable,
  elongatedImages,
  groupsTorn,
  imbalance,
  labelConflicts,
  lookalikesFound,
  smallImages,
  tornGroupsFail,
  unreadableLeftOut,
} from '../errors/inspection.ts'
import type { SourceTree, StageContext } from '../registry/stage.ts'
import type { loadMetrics } from './choice-params.ts'
import { type InspectedFiles, inspectFiles } from './inspect.ts'
import type { LabelledFolder } from './labelled-folder.ts'
import { lookalikeSets } from './lookalikes.ts'

/** What may be wrong with the images. */
export interface Tolerance {
  readonly onError: 'fail' | 'skip'
  readonly leaks: 'warn' | 'fail'
}

type Loading = Pick<
  StageContext<Tolerance, Record<never, never>, typeof loadMetrics>,
  'params' | 'signal' | 'progress' | 'warn' | 'metric'
>

/** A class with this many times the images of another is worth a word. */
const muchLarger = 10

/**
 * The dataset of labelled images, each opened once, with what a reader should know of it said.
 * @throws XpError naming the images that cannot be read, or that lie in several parts, where that is not tolerated
 */
export async function inspectedDataset(
  ctx: Loading,
  root: string,
  source: SourceTree,
  { classes, parts: given, skipped }: LabelledFolder,
): Promise<Dataset> {
  if (skipped.length > 0) {
    const some = skipped.slice(0, 3).map((path) => JSON.stringify(path))
    const more = skipped.length > some.length ? ', …' : ''
    ctx.warn(`${skipped.length} files are not labelled images and were left out: ${some.join(', ')}${more}`)
  }
  const examples = Object.values(given).flat()
  const files = examples.map(({ file }) => file)
  const seen = await inspectFiles(source.root, files, {
    signal: ctx.signal,
    onProgress: (done) => ctx.progress(done, files.length, 'images checked'),
  })
  const bad = new Set(seen.bad.map(({ file }) => file))
  if (bad.size > 0 && ctx.params.onError === 'fail') throw unreadableImages(root, seen.bad)
  if (bad.size > 0) ctx.warn(unreadableLeftOut(seen.bad))
  needEveryClass(root, classes, examples, bad)

  const sets = lookalikeSets(
    examples.map(({ sha256 }) => sha256),
    seen.fingerprints,
  )
  const checked = new Map<Example, Example>()
  for (const [i, example] of examples.entries())
    if (!bad.has(example.file))
      checked.set(example, (sets[i] as number) < 0 ? example : { ...example, lookalikes: sets[i] as number })
  const parts = Object.fromEntries(
    Object.entries(given).map(([part, members]) => [part, members.flatMap((example) => checked.get(example) ?? [])]),
  )
  const dataset = { classes, source: source.digest, parts, inspection: inspectionOf(files, seen) }
  measure(ctx, dataset)
  sayWhatIsOdd(ctx, dataset)
  return dataset
}

/** @throws XpError naming a class of which no image is left */
function needEveryClass(
  root: string,
  classes: readonly string[],
  examples: readonly Example[],
  bad: ReadonlySet<string>,
) {
  if (bad.size === 0) return
  const had = absentClasses(classes, examples)
  const left = absentClasses(
    classes,
    examples.filter(({ file }) => !bad.has(file)),
  )
  const lost = left.find((name) => !had.includes(name))
  if (lost === undefined) return
  throw classUnreadable(root, lost, examples.filter(({ label }) => classes[label] === lost).length)
}

function inspectionOf(files: readonly string[], { bad, sizes, modes }: InspectedFiles): Inspection {
  const read = files.flatMap((file, i) => {
    const [width = 0, height = 0] = sizes.subarray(i * 2, i * 2 + 2)
    return width === 0 ? [] : [{ file, width, height }]
  })
  const usual = spreadOf(read.map(({ width, height }) => Math.min(width, height))).median
  const counts: Partial<Record<string, number>> = {}
  for (const mode of modes) if (mode !== undefined) counts[mode] = (counts[mode] ?? 0) + 1
  const named = (odd: (size: { width: number; height: number }) => boolean) =>
    listed(read.filter(odd).map(({ file }) => file))
  return {
    unreadable: listed(bad),
    width: spreadOf(read.map(({ width }) => width)),
    height: spreadOf(read.map(({ height }) => height)),
    small: named(({ width, height }) => Math.min(width, height) < usual / 4),
    elongated: named(({ width, height }) => Math.max(width, height) > elongation * Math.min(width, height)),
    modes: Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function measure({ metric }: Loading, { classes, parts, inspection }: Dataset): void {
  const all = Object.values(parts).flat()
  metric('load/images', all.length, 0)
  metric('load/classes', classes.length, 0)
  const unreadable = inspection?.unreadable.count ?? 0
  const alike = all.filter(({ lookalikes }) => lookalikes !== undefined).length
  if (unreadable > 0) metric('load/unreadable', unreadable, 0)
  if (alike > 0) metric('load/lookalikes', alike, 0)
  for (const [part, members] of Object.entries(parts)) if (part !== 'all') metric(`load/${part}`, members.length, 0)
}

/** @throws XpError where images lie in several parts and must not */
function sayWhatIsOdd({ params, warn }: Loading, { classes, parts, inspection }: Dataset): void {
  for (const [part, members] of Object.entries(parts)) {
    const absent = absentClasses(classes, members)
    if (absent.length > 0) warn(lacksClasses(part, absent))
  }
  const all = Object.values(parts).flat()
  const counts = classes.map((name, label) => [name, all.filter((e) => e.label === label).length] as const)
  const [small, large] = [counts.toSorted((a, b) => a[1] - b[1])[0], counts.toSorted((a, b) => b[1] - a[1])[0]]
  if (small && large && small[1] > 0 && large[1] >= muchLarger * small[1]) warn(imbalance(large, small))

  const conflicts = conflictingLabels({ classes, parts })
  if (conflicts.length > 0) warn(labelConflicts(conflicts))
  const alike = all.filter(({ lookalikes }) => lookalikes !== undefined)
  const torn = tornGroups(parts)
  if (torn.length > 0 && params.leaks === 'fail') throw tornGroupsFail(torn)
  if (torn.length > 0) warn(groupsTorn(torn))
  const leaks = leaksBetween(parts)
  if (leaks.length > 0 && params.leaks === 'fail')
    throw leakingParts(leaks, 'remove them from all parts but one, or set leaks: warn')
  if (leaks.length > 0) warn(leaksWarning(leaks))
  else if (alike.length > 0) {
    const set = alike.filter(({ lookalikes }) => lookalikes === alike[0]?.lookalikes).map(({ file }) => file)
    warn(lookalikesFound(alike.length, new Set(alike.map(({ lookalikes }) => lookalikes)).size, set))
  }

  if (inspection === undefined) return
  const { small: smaller, elongated, modes } = inspection
  if (smaller.count > 0) warn(smallImages(smaller.count, smaller.first))
  if (elongated.count > 0) warn(elongatedImages(elongated.count, elongation, elongated.first))
  if (modes.alpha) warn(alphaDropped(modes.alpha))
}
