import { type Dataset, joinParts, partToSplit } from '../artifacts/dataset.ts'
import type { Foreseen, Foresight } from '../registry/foresight.ts'

const emptyParts = (names: readonly string[]): Dataset['parts'] => Object.fromEntries(names.map((name) => [name, []]))

/**
 * What is known of a dataset after a split of its part `of` into the parts `made`.
 * @throws XpError where the dataset does not have that part, or has another one of those names
 */
export function foreseeSplit(dataset: Foreseen, of: string | undefined, made: readonly string[]): Foresight {
  const { classes, parts } = dataset
  const own = classes === undefined ? {} : { classes }
  if (parts === undefined) return { dataset: { ...own, ...(of === undefined && { parts: made }) } }
  const { others } = partToSplit({ classes: [], source: '', parts: emptyParts(parts) }, of)
  return { dataset: { ...own, parts: Object.keys(joinParts(emptyParts(made), others, of)) } }
}
