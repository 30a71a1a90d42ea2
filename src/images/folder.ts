import { compareCodePoints } from '../std/code-points.ts'
import type { TreeFile } from '../std/hash.ts'
import { isClutter } from '../std/tree.ts'
import { hasImageExtension } from './format.ts'

/** Images sorted into classes by the folders that they lie in. */
export interface ClassFolders {
  /** Folder names by code point: label order. */
  readonly classes: readonly string[]
  /** Images by class, in the order of `classes`, each by path. */
  readonly images: readonly (readonly TreeFile[])[]
  /** Files that are no images or lie outside the class folders. */
  readonly skipped: readonly string[]
}

/**
 * Sorts a listing into classes; a class folder may hold folders. Hidden files are left out without a word.
 * @param under the folder that holds the class folders, with its `/`: of the rest nothing is looked at
 */
export function classFolders(files: readonly TreeFile[], under = ''): ClassFolders {
  const byClass = new Map<string, TreeFile[]>()
  const skipped: string[] = []
  for (const file of files) {
    if (!file.path.startsWith(under) || file.path.split('/').some(isClutter)) continue
    const slash = file.path.indexOf('/', under.length)
    const isImage = slash > 0 && hasImageExtension(file.path)
    if (!isImage) skipped.push(file.path)
    if (slash < 0) continue
    const name = file.path.slice(under.length, slash)
    const images = byClass.get(name) ?? []
    if (isImage) images.push(file)
    byClass.set(name, images)
  }
  const classes = [...byClass.keys()].sort(compareCodePoints)
  const images = classes.map((name) => (byClass.get(name) ?? []).sort((a, b) => compareCodePoints(a.path, b.path)))
  return { classes, images, skipped: skipped.sort(compareCodePoints) }
}
