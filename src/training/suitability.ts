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
  const { labels, image } = classifier
  if (classes.length !== labels.length || classes.some((name, i) => name !== labels[i])) {
    throw classesDiffer(classes, labels)
  }
  if (made !== undefined && (made.height !== image.height || made.width !== image.width)) {
    throw imageSizeMismatch(made, image)
  }
}

/**
 * The examples of a part, at least one.
 * @param param the param that names the part, for errors
 * @throws XpError listing the parts when there is none of that name
 */
export function examplesOf({ parts }: Dataset, param: string, part: string): readonly Example[] {
  const examples = Object.hasOwn(parts, part) ? parts[part] : undefined
  if (examples === undefined) throw unknownPart(param, part, Object.keys(parts))
  if (examples.length === 0) throw partWithoutImages(param, part)
  return examples
}
