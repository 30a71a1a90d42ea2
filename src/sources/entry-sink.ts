import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { archiveTooLarge } from '../errors/archives.ts'
import type { TreeFile } from '../std/hash.ts'
import { EntryNames } from './entry-names.ts'

/** What an archive may hold. */
export const archiveLimits = {
  entries: 2_000_000,
  /** Unpacked. */
  bytes: 2 ** 39,
  /** Unpacked bytes for one of the archive, where they are more than `freeBytes`. */
  ratio: 200,
  freeBytes: 100 * 2 ** 20,
}
export type ArchiveLimits = typeof archiveLimits

export interface EntryFile {
  write(chunk: Uint8Array): void
  close(): void
}

/** Takes an archive's entries one after the other and writes their files below a folder, and nowhere else. */
export class EntrySink {
  readonly files: TreeFile[] = []
  readonly #archive: string
  readonly #archiveBytes: number
  readonly #dir: string
  readonly #limits: ArchiveLimits
  readonly #names: EntryNames
  readonly #made = new Set<string>()
  #entries = 0
  #bytes = 0

  constructor(archive: string, archiveBytes: number, dir: string, limits: ArchiveLimits = archiveLimits) {
    this.#archive = archive
    this.#archiveBytes = archiveBytes
    this.#dir = dir
    this.#limits = limits
    this.#names = new EntryNames(archive)
  }

  /** @throws XpError when so many bytes, with those before, are more than an archive may hold */
  expect(bytes: number): void {
    this.#bytes += bytes
    const { bytes: most, ratio, freeBytes } = this.#limits
    if (this.#bytes > most) throw archiveTooLarge(this.#archive, `more than ${most} bytes, which is the limit`)
    if (this.#bytes > freeBytes && this.#bytes > ratio * this.#archiveBytes)
      throw archiveTooLarge(
        this.#archive,
        `more than ${ratio} times its own size, which is the limit above ${freeBytes} bytes: it may be a zip bomb`,
      )
  }

  /** @throws XpError when the entry may not be unpacked */
  folder(name: string): void {
    this.#count()
    this.#names.add(name, true)
  }

  /**
   * Begins a file; the one before is closed by then. Its bytes are announced with `expect`.
   * @returns undefined for a file that is left out
   * @throws XpError when the entry may not be unpacked
   */
  file(name: string): EntryFile | undefined {
    this.#count()
    const path = this.#names.add(name, false)
    if (path === undefined) return undefined
    const target = join(this.#dir, path)
    const folder = dirname(target)
    if (!this.#made.has(folder)) mkdirSync(folder, { recursive: true })
    this.#made.add(folder)
    const descriptor = openSync(target, 'wx')
    const hash = createHash('sha256')
    let size = 0
    let isOpen = true
    return {
      write(chunk) {
        for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at)
        hash.update(chunk)
        size += chunk.length
      },
      close: () => {
        if (!isOpen) return
        isOpen = false
        closeSync(descriptor)
        this.files.push({ path, size, sha256: hash.digest('hex') })
      },
    }
  }

  #count(): void {
    this.#entries += 1
    const { entries } = this.#limits
    if (this.#entries > entries)
      throw archiveTooLarge(this.#archive, `more than ${entries} entries, which is the limit`)
  }
}
