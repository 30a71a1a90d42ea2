import { readFile } from 'node:fs/promises'
import { writeFileAtomic } from './fs.ts'
import type { Digest } from './hash.ts'

/** What a file system says of a file without reading it; equal stamps mean equal bytes, but for racy files. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
}

/** Files changed this shortly before they were hashed may change again within one tick of the clock, as in git's index. */
export const racyMs = 2000

const format = 1
type Row = readonly [size: number, mtimeMs: number, ctimeMs: number, ino: number, sha256: Digest]

/** Digests of files by path and stamp, kept in one file, so that unchanged files are not read again. */
export class StatCache {
  readonly #file: string
  readonly #rows: Map<string, Row>
  #changed = false

  private constructor(file: string, rows: Map<string, Row>) {
    this.#file = file
    this.#rows = rows
  }

  /** A missing or malformed file is an empty cache. */
  static async open(file: string): Promise<StatCache> {
    try {
      const stored = JSON.parse(await readFile(file, 'utf8')) as { format: number; files: Record<string, Row> }
      if (stored.format === format) return new StatCache(file, new Map(Object.entries(stored.files)))
    } catch {
      // Losing the cache costs time, never correctness.
    }
    return new StatCache(file, new Map())
  }

  lookup(path: string, stamp: FileStamp): Digest | undefined {
    const row = this.#rows.get(path)
    const same = row?.[0] === stamp.size && row[1] === stamp.mtimeMs && row[2] === stamp.ctimeMs && row[3] === stamp.ino
    return same ? row[4] : undefined
  }

  /** Keeps a digest unless the file is racy. `stamp` was taken before the bytes were read. */
  record(path: string, stamp: FileStamp, digest: Digest, hashedAtMs: number): void {
    this.#changed = true
    if (hashedAtMs - stamp.ctimeMs < racyMs) this.#rows.delete(path)
    else this.#rows.set(path, [stamp.size, stamp.mtimeMs, stamp.ctimeMs, stamp.ino, digest])
  }

  /** Forgets every path that is not kept. */
  retain(isKept: (path: string) => boolean): void {
    for (const path of this.#rows.keys()) {
      if (isKept(path)) continue
      this.#rows.delete(path)
      this.#changed = true
    }
  }

  /** Writes what changed since it was opened. */
  async save(): Promise<void> {
    if (!this.#changed) return
    await writeFileAtomic(this.#file, JSON.stringify({ format, files: Object.fromEntries(this.#rows) }))
    this.#changed = false
  }
}
