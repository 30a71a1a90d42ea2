import type { Dataset, Example } from '../artifacts/dataset.ts'
import { imageSizeMismatch } from '../errors/data.ts'
import { classesDiffer, partWithoutImages, unknownPart } from '../errors/training.ts'
import type { Classifier } from '../registry/engine.ts'

/**
 * Checks that a model can be trained or scored on a dataset.
 * @param made height and width of the preprocessed images, in pixels
 * @throws XpError naming both sides when classes and labels or the sizes differ
 */
export function requireSuitable(
  classifier: Pick<Classifier, 'labels' | 'image'>,
  { classes }: Dataset,
  made: { readonly height: number; readonly width: number } | undefined,
): void {
  const { image } = classifier
  requireClasses(classifier, classes)
  if (made !== undefined && (made.height !== image.height || made.width !== image.width)) {
    throw imageSizeMismatch(made, image)
  }
}

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
