import type { TreeFile } from '../std/hash.ts'
import { hasImageExtension } from './format.ts'

/** A folder of images sorted into classes by its top-level folders. */
export interface ClassFolders {
  /** Folder names by code point: label order. */
  readonly classes: readonly string[]
  /** Images by class, in the order of `classes`, each by path. */
  readonly images: readonly (readonly TreeFile[])[]
  /** Files that are no images or lie outside the class folders. */
  readonly skipped: readonly string[]
}

const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Files that systems leave behind, which say nothing about a dataset. */
const isClutter = (path: string) =>
  path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX') ||
  /(^|\/)(thumbs\.db|desktop\.ini)$/i.test(path)

/** Sorts a listing into classes; a class folder may hold folders. Hidden files are left out without a word. */
export function classFolders(files: readonly TreeFile[]): ClassFolders {
  const byClass = new Map<string, TreeFile[]>()
  const skipped: string[] = []
  for (const file of files) {
    if (isClutter(file.path)) continue
    const slash = file.path.indexOf('/')
    const isImage = slash > 0 && hasImageExtension(file.path)
    if (!isImage) skipped.push(file.path)
    if (slash < 0) continue
    const name = file.path.slice(0, slash)
    const images = byClass.get(name) ?? []
    if (isImage) images.push(file)
    byClass.set(name, images)
  }
  const classes = [...byClass.keys()].sort(byCodePoint)
  const images = classes.map((name) => (byClass.get(name) ?? []).sort((a, b) => byCodePoint(a.path, b.path)))
  return { classes, images, skipped: skipped.sort(byCodePoint) }
}
