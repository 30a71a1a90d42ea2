import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { canonicalJson } from './canonical-json.ts'

/** Lower-case hex SHA-256. */
export type Digest = string

export const sha256 = (bytes: string | Uint8Array): Digest => createHash('sha256').update(bytes).digest('hex')

/** Digest of a JSON value, blind to key order. */
export const digestJson = (value: unknown): Digest => sha256(canonicalJson(value))

/** Digest of a file's bytes, streamed. */
export async function digestFile(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

/** One file of a tree: path relative to the root with `/`, size in bytes. */
export interface TreeFile {
  readonly path: string
  readonly size: number
  readonly sha256: Digest
}

/** Digest of a tree of files: their paths and contents, blind to order, root and time stamps. */
export function digestTree(files: readonly TreeFile[]): Digest {
  const hash = createHash('sha256')
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  for (const f of sorted) hash.update(`${JSON.stringify(f.path)} ${f.size} ${f.sha256}\n`)
  return hash.digest('hex')
}
