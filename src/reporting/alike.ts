import type { Dataset } from '../artifacts/dataset.ts'
import { compareCodePoints } from '../std/code-points.ts'

export interface AlikeImage {
  readonly file: string
  readonly part: string
  /** Name of its class. */
  readonly label: string
}

/** Equal or nearly equal images. */
export interface AlikeSet {
  readonly images: readonly AlikeImage[]
  /** They lie in several parts: a model is scored on what it was trained on. */
  readonly leaks: boolean
  /** They are in several classes, so that one label at least is wrong. */
  readonly conflicts: boolean
}

/** How many sets, and images of each, are shown with their pictures. */
export const mostSets = 12
const mostImages = 6

/** Sets of lookalikes, and of images of equal content: those that leak first, then those of several classes, by path. */
export function alikeSets({ classes, parts }: Dataset): readonly AlikeSet[] {
  const sets = new Map<number | string, AlikeImage[]>()
  for (const [part, examples] of Object.entries(parts))
    for (const { file, label, lookalikes, sha256 } of examples) {
      const image = { file, part, label: classes[label] ?? '' }
      const set = sets.get(lookalikes ?? sha256)
      if (set === undefined) sets.set(lookalikes ?? sha256, [image])
      else set.push(image)
    }
  const several = (images: readonly AlikeImage[], of: 'part' | 'label') =>
    new Set(images.map((image) => image[of])).size > 1
  const rank = ({ leaks, conflicts }: AlikeSet) => (leaks ? 0 : 2) + (conflicts ? 0 : 1)
  return [...sets.values()]
    .filter((images) => images.length > 1)
    .map((images) => ({ images, leaks: several(images, 'part'), conflicts: several(images, 'label') }))
    .sort((a, b) => rank(a) - rank(b) || compareCodePoints(a.images[0]?.file ?? '', b.images[0]?.file ?? ''))
}

/** A set's images that are shown: of every part one at least. */
export function shownOf({ images }: AlikeSet): readonly AlikeImage[] {
  const firsts = images.filter((image, i) => images.findIndex(({ part }) => part === image.part) === i)
  const others = images.filter((image) => !firsts.includes(image))
  const shown = new Set([...firsts, ...others].slice(0, mostImages))
  return images.filter((image) => shown.has(image))
}
