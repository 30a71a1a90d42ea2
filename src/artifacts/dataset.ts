import { alreadySplit, noSuchPart, partTwice } from '../errors/data.ts'
import type { Digest } from '../std/hash.ts'
import type { Inspection } from './inspection.ts'
import { jsonArtifact } from './json-artifact.ts'

/** One labelled image: `file` is relative to the tree `source`, with `/`; `label` indexes `classes`. */
export interface Example {
  readonly file: string
  readonly sha256: Digest
  readonly label: number
  /** Number of the set of equal or nearly equal images that it is one of; absent where none is like it. */
  readonly lookalikes?: number
  /** What it shares with other images that are to stay in one part with it: a patient, a product. */
  readonly group?: string
}

/** Labelled images by reference, in named parts. An unsplit dataset has the one part `all`. */
export interface Dataset {
  /** Class names in label order. */
  readonly classes: readonly string[]
  /** Digest of the tree that holds the files; `ctx.locate(source)` is where it lies. */
  readonly source: Digest
  readonly parts: Readonly<Record<string, readonly Example[]>>
  /** What opening each image has shown; absent where xp drew the images itself. */
  readonly inspection?: Inspection
}

export const Dataset = jsonArtifact<Dataset>('dataset@1', 'Labelled images, by reference, in named parts.')

/** Names of the classes that none of the examples has. */
export function absentClasses(classes: readonly string[], examples: readonly Example[]): readonly string[] {
  const labels = new Set(examples.map(({ label }) => label))
  return classes.filter((_, label) => !labels.has(label))
}

/** A part without images of some classes, for a reader. */
export const lacksClasses = (part: string, absent: readonly string[]): string =>
  `part "${part}" has no image of ${absent.map((name) => JSON.stringify(name)).join(', ')}`

/** The examples that a split divides, and the parts that it leaves alone. */
export interface PartToSplit {
  readonly examples: readonly Example[]
  readonly others: Dataset['parts']
}

/**
 * @param of the part to split; absent for a dataset that is not split yet
 * @throws XpError where the dataset has several parts and none is named, or not that one
 */
export function partToSplit({ parts }: Dataset, of: string | undefined): PartToSplit {
  const names = Object.keys(parts)
  if (of === undefined && names.length > 1) throw alreadySplit(names)
  const name = of ?? names[0] ?? ''
  const examples = parts[name]
  if (examples === undefined) throw noSuchPart(name, names)
  return { examples, others: Object.fromEntries(Object.entries(parts).filter(([other]) => other !== name)) }
}

const usualOrder = ['train', 'validation', 'test']

/** @throws XpError when both have a part of one name */
export function joinParts(made: Dataset['parts'], others: Dataset['parts'], of: string | undefined): Dataset['parts'] {
  for (const name of Object.keys(others)) if (name in made) throw partTwice(name, of ?? '')
  const all = Object.entries({ ...made, ...others })
  const place = (name: string) => (usualOrder.includes(name) ? usualOrder.indexOf(name) : usualOrder.length)
  return Object.fromEntries(all.sort(([a], [b]) => place(a) - place(b)))
}
