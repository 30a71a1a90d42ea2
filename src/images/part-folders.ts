import { partNameOf } from '../artifacts/part-names.ts'
import type { TreeFile } from '../std/hash.ts'
import { isClutter } from '../std/tree.ts'
import { hasImageExtension } from './format.ts'

/** What the top-level folders of an image folder are. */
export interface PartFolders {
  /** Folder of each part, in the order train, validation, test; none where the folders are classes. */
  readonly parts: ReadonlyMap<string, string>
  /** Folders beside those of parts that hold images too: one cannot tell what they are. */
  readonly others: readonly string[]
  /** Two folders of one part. */
  readonly twins: readonly (readonly [string, string])[]
}

/**
 * Folders above the class folders: `train/shoe/1.jpg`. A folder with such a name is one of parts when folders with images lie in
 * it, and another part stands beside it or nothing else; else it is a class of that name.
 * @param flat whether images may lie directly in a part, as where a table labels them
 */
export function partFolders(files: readonly TreeFile[], flat = false): PartFolders {
  const isDeep = new Map<string, boolean>()
  for (const { path } of files) {
    const steps = path.split('/')
    const [top = ''] = steps
    if (steps.length < 2 || steps.some(isClutter) || !hasImageExtension(path)) continue
    isDeep.set(top, steps.length > 2 || flat || isDeep.get(top) === true)
  }
  const folders = [...isDeep.keys()].filter((name) => isDeep.get(name) && partNameOf(name) !== undefined)
  const others = [...isDeep.keys()].filter((name) => !folders.includes(name))
  if (folders.length < 2 && others.length > 0) return { parts: new Map(), others: [], twins: [] }
  const parts = new Map<string, string>()
  const twins: [string, string][] = []
  for (const part of ['train', 'validation', 'test'])
    for (const folder of folders.filter((name) => partNameOf(name) === part)) {
      const known = parts.get(part)
      if (known === undefined) parts.set(part, folder)
      else twins.push([known, folder])
    }
  return { parts, others: parts.size > 0 ? others : [], twins }
}
