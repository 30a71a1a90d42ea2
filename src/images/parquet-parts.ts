import { partNameOf } from '../artifacts/part-names.ts'
import { missingShard, noParquetFiles, parquetParts } from '../errors/parquet.ts'
import { compareCodePoints } from '../std/code-points.ts'
import { isClutter } from '../std/tree.ts'

const usual = ['train', 'validation', 'test']
const place = (part: string): number => (usual.includes(part) ? usual.indexOf(part) : usual.length)

/** `train-00000-of-00002`: which file of how many. */
const numbered = /^(.*)-(\d{5})-of-(\d{5})$/

/** The part that a file's name says, or else a folder that it lies in: `data/train-00000-of-00002.parquet`. */
function partOf(path: string): string | undefined {
  const steps = path.replace(/\.parquet$/i, '').split('/')
  const name = steps.pop() ?? ''
  const [, stem] = numbered.exec(name) ?? []
  const known =
    partNameOf(/^[a-z]*/i.exec(name)?.[0] ?? '') ??
    steps
      .reverse()
      .map(partNameOf)
      .find((part) => part)
  return known ?? stem?.toLowerCase()
}

/** @throws XpError naming the first file of a numbered set that is not there */
function assertWhole(root: string, paths: readonly string[]): void {
  const there = new Set(paths)
  for (const path of paths) {
    const [, stem, , count = '0'] = numbered.exec(path.replace(/\.parquet$/i, '')) ?? []
    for (let i = 0; stem !== undefined && i < Number(count); i++) {
      const shard = `${stem}-${String(i).padStart(5, '0')}-of-${count}${path.slice(-'.parquet'.length)}`
      if (!there.has(shard)) throw missingShard(root, shard)
    }
  }
}

/**
 * The parquet files of a folder by part, train first, each part's by path; the one part `all` where no name says one.
 * @throws XpError where there are none, one of a numbered set is missing, or only some say their part
 */
export function filesByPart(root: string, files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const paths = files
    .filter((path) => /\.parquet$/i.test(path) && !path.split('/').some(isClutter))
    .sort(compareCodePoints)
  if (paths.length === 0) throw noParquetFiles(root)
  assertWhole(root, paths)
  const parts = new Map<string, string[]>()
  const without: string[] = []
  for (const path of paths) {
    const part = partOf(path)
    if (part === undefined) without.push(path)
    else parts.set(part, [...(parts.get(part) ?? []), path])
  }
  if (parts.size === 0) return new Map([['all', without]])
  if (without.length > 0) throw parquetParts(root, without)
  return new Map([...parts].sort(([a], [b]) => place(a) - place(b) || compareCodePoints(a, b)))
}
