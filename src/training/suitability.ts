import type { Dataset, Example } from '../artifacts/dataset.ts'
import { classesDiffer, partWithoutImages, unknownPart } from '../errors/training.ts'
import type { Classifier } from '../registry/engine.ts'

/** @throws XpError when a dataset's classes are not the model's labels, in the same order */
export function requireClasses({ labels }: Pick<Classifier, 'labels'>, classes: readonly string[]): void {
  if (classes.length !== labels.length || classes.some((name, i) => name !== labels[i])) {
    throw classesDiffer(classes, labels)
  }
}

/**
 * The examples of a part, at least one.
 * @param param the param that names the part, for errors
 * @throws XpError listing the parts when there is none of that name
 */
export function examplesOf({ parts }: Dataset, param: string, part: string): readonly Example[] {
  const examples = partOf(parts, param, part)
  if (examples.length === 0) throw partWithoutImages(param, part)
  return examples
}

/** @throws XpError listing the parts when there is none of that name */
export function partOf<T>(parts: Readonly<Record<string, T>>, param: string, part: string): T {
  const found = Object.hasOwn(parts, part) ? parts[part] : undefined
  if (found === undefined) throw unknownPart(param, part, Object.keys(parts))
  return found
}
