import { existsSync } from 'node:fs'
import { sourceChanged, treeNotFound } from '../errors/runner.ts'
import { countChanges } from '../registry/explain-miss.ts'
import type { ReadSource } from '../sources/source.ts'
import type { Digest } from '../std/hash.ts'
import { changedSince, type Sources } from './sources.ts'
import type { Store } from './store.ts'

/** Where trees lie, for one stage; remembers which source folders the stage may have read. */
export class SourceLocator {
  readonly #stage: string
  readonly #store: Store
  readonly #byDigest: ReadonlyMap<Digest, ReadSource>
  readonly #read: Set<ReadSource>

  constructor(stage: string, sources: Sources, store: Store) {
    this.#stage = stage
    this.#store = store
    this.#byDigest = new Map([...sources.values()].flatMap((own) => Object.values(own).map((s) => [s.digest, s])))
    this.#read = new Set(Object.values(sources.get(stage) ?? {}))
  }

  /** @throws XpError when no source folder of this run and no artifact has this digest. */
  locate(digest: Digest): string {
    const source = this.#byDigest.get(digest)
    if (source !== undefined) {
      this.#read.add(source)
      return source.root
    }
    const object = this.#store.objectDir(digest)
    if (existsSync(object)) return object
    throw treeNotFound(this.#stage, digest)
  }

  /** @throws XpError when a source folder is no longer what was hashed: the result may mix two states of it. */
  async assertUnchanged(): Promise<void> {
    for (const source of this.#read) {
      const now = await changedSince(source)
      if (now !== undefined)
        throw sourceChanged(this.#stage, source.named ?? source.root, countChanges(source.files, now))
    }
  }
}
