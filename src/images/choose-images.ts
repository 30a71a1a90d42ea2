import type { Example } from '../artifacts/dataset.ts'
import { labelTwice, oneClassOnly, unknownClasses } from '../errors/data.ts'
import { compareCodePoints } from '../std/code-points.ts'
import { sha256 } from '../std/hash.ts'
import type { LabelledFolder } from './labelled-folder.ts'

/** Which images of a folder are used, and under which labels. */
export interface Choice {
  /** The classes to use, in label order; or new names of some, several of which may be the same. */
  readonly labels?: readonly string[] | Readonly<Record<string, string>>
  /** Of each part. */
  readonly imagesPerClass?: number
  /** Of each part. */
  readonly limit?: number
}

/**
 * A folder as a choice says. Limits take the images that come first by a hash of content and path: the same on every
 * machine, and the same whatever else is added.
 * @throws XpError where a class is not there, or fewer than two are left
 */
export function chooseImages(root: string, folder: LabelledFolder, choice: Choice): LabelledFolder {
  const { labels, imagesPerClass, limit } = choice
  const { classes, names } = relabelled(root, folder.classes, labels)
  const labelOf = new Map(classes.map((name, label) => [name, label]))
  const placeOf = folder.classes.map((name) => labelOf.get(names.get(name) ?? ''))
  const parts = Object.entries(folder.parts).map(([part, examples]): [string, readonly Example[]] => {
    const kept = examples.flatMap((example) => {
      const label = placeOf[example.label]
      return label === undefined ? [] : [{ ...example, label }]
    })
    const ordered = kept.sort((a, b) => a.label - b.label || compareCodePoints(a.file, b.file))
    return [part, limited(ordered, imagesPerClass, limit)]
  })
  return { ...folder, classes, parts: Object.fromEntries(parts) }
}

/** Class names in label order, and what each class of the folder is called; those left out are not called anything. */
function relabelled(root: string, found: readonly string[], labels: Choice['labels']) {
  if (labels === undefined) return { classes: found, names: new Map(found.map((name) => [name, name])) }
  const isList = Array.isArray(labels)
  const renamed: Readonly<Record<string, string>> = isList ? {} : (labels as Readonly<Record<string, string>>)
  const given: readonly string[] = isList ? labels : Object.keys(renamed)
  const unknown = given.filter((name) => !found.includes(name))
  if (unknown.length > 0) throw unknownClasses(root, unknown, found)
  if (new Set(given).size < given.length) throw labelTwice(given)
  const kept = isList ? given : found
  const names = new Map(kept.map((name) => [name, Object.hasOwn(renamed, name) ? (renamed[name] as string) : name]))
  const classes = isList ? given : [...new Set(names.values())].sort(compareCodePoints)
  if (classes.length < 2) throw oneClassOnly(root, classes[0] ?? '')
  return { classes, names }
}

function limited(examples: readonly Example[], perClass: number | undefined, limit: number | undefined) {
  if (perClass === undefined && limit === undefined) return examples
  const ranked = examples
    .map((example) => ({ example, rank: sha256(JSON.stringify([example.sha256, example.file])) }))
    .sort((a, b) => compareCodePoints(a.rank, b.rank))
  const taken = new Map<number, number>()
  const chosen = new Set<Example>()
  for (const { example } of ranked) {
    const before = taken.get(example.label) ?? 0
    if (before >= (perClass ?? Number.POSITIVE_INFINITY) || chosen.size >= (limit ?? Number.POSITIVE_INFINITY)) continue
    taken.set(example.label, before + 1)
    chosen.add(example)
  }
  return examples.filter((example) => chosen.has(example))
}
