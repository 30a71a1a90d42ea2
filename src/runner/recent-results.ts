import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, writeFileAtomic } from '../std/fs.ts'
import type { Digest } from '../std/hash.ts'

const historyLength = 64
/** Characters of a list, in which each key stands several times on average, before it is cut. */
const longestList = 16 * historyLength * 65

/** The keys of a list without repetitions, the latest first. */
const latestOf = (text: string): readonly Digest[] =>
  [...new Set(text.split('\n').reverse())].filter((key) => key.length === 64).slice(0, historyLength)

/** The keys of the results that were made or used last, by what stages use: one list each, in a folder. */
export class RecentResults {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  #list(uses: string): string {
    return join(this.#dir, `${uses.replaceAll('/', '.')}.txt`)
  }

  /** Puts a key at the end of its list, which is cut when it has become long. */
  async add(uses: string, key: Digest): Promise<void> {
    const list = this.#list(uses)
    const text = (await readIfThere(list)) ?? ''
    if (text.endsWith(`${key}\n`)) return
    if (text.length < longestList) return appendFile(list, `${key}\n`)
    const kept = [...latestOf(`${text}${key}\n`)].reverse()
    await writeFileAtomic(list, kept.map((one) => `${one}\n`).join(''))
  }

  /** The latest first, at most 64. */
  async latest(uses: string): Promise<readonly Digest[]> {
    return latestOf((await readIfThere(this.#list(uses))) ?? '')
  }
}
