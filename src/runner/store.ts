import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFailure, storeNotOpened } from '../errors/store.ts'
import type { AnyArtifactType } from '../registry/artifact.ts'
import type { StageEvent } from '../registry/events.ts'
import type { SourceStore } from '../sources/source.ts'
import { stampUse } from '../std/clock.ts'
import { crashPoint } from '../std/crash-point.ts'
import { makeFolder, readIfThere, syncDirectory, writeFileAtomic } from '../std/fs.ts'
import { type Digest, digestTree, sha256, type TreeFile } from '../std/hash.ts'
import { StatCache } from '../std/stat-cache.ts'
import { hashFiles, listTree } from '../std/tree.ts'
import { eventLine, parseEvents } from './event-text.ts'
import { foreignFormat, type Manifest, manifestText, parseManifest, type StoredOutput } from './manifest.ts'
import { RecentResults } from './recent-results.ts'
import { damageOf, removeFolder, syncTree } from './store-object.ts'

/** What the store holds under a key. A damaged result is never served. */
export type Lookup =
  /** `why` where something is there that this version cannot read. */
  | { readonly kind: 'none'; readonly why?: string }
  | { readonly kind: 'hit'; readonly manifest: Manifest; readonly events: readonly StageEvent[] }
  | { readonly kind: 'damaged'; readonly why: string; readonly objects: readonly Digest[] }

/** Left-overs of killed processes are removed after this long. */
const staleTemporaryMs = 24 * 60 * 60 * 1000
const folders = ['objects', 'results', 'scratch', 'tmp', 'stat', 'locks', 'index', 'trees', 'sources']

/** Results by key and artifacts by content, in a folder. The truth is `results/<key>/manifest.json`, written last. */
export class Store implements SourceStore {
  readonly dir: string
  readonly #verified: StatCache
  readonly #recent: RecentResults

  constructor(dir: string, verified: StatCache) {
    this.dir = dir
    this.#recent = new RecentResults(join(dir, 'index'))
    this.#verified = verified
  }

  #at(kind: string, name: Digest): string {
    return join(this.dir, kind, name.slice(0, 2), name)
  }

  /** A path that is free, for something unfinished; left-overs are removed in time. */
  temporary(): string {
    return join(this.dir, 'tmp', randomUUID())
  }

  get locks(): string {
    return join(this.dir, 'locks')
  }

  /** Folder of the artifact with this digest; it may not exist. */
  objectDir(digest: Digest): string {
    return this.#at('objects', digest)
  }

  /** Folder of the result of `key`; it may not exist. */
  resultDir(key: Digest): string {
    return this.#at('results', key)
  }

  /** Folder that outlives a crash and belongs to the result that is being made for `key`. */
  scratchDir(key: Digest): string {
    return join(this.dir, 'scratch', key)
  }

  /** The file in which digests of the files of the source data `name` are remembered. */
  statFile(name: string): string {
    return join(this.dir, 'stat', `${sha256(name).slice(0, 32)}.json`)
  }

  /** The folder for what is made once of the source data with this digest, as an unpacked archive; it may not exist. */
  sourceDir(digest: Digest): string {
    return this.#at('sources', digest)
  }

  /** The result of `key`, every byte checked; bytes that were checked before and did not change since are not read. */
  async lookup(key: Digest): Promise<Lookup> {
    const dir = this.#at('results', key)
    const text = await readIfThere(join(dir, 'manifest.json'))
    if (text === undefined) return { kind: 'none' }
    const foreign = foreignFormat(text)
    if (foreign !== undefined)
      return { kind: 'none', why: `its result was written by another version of xp (format ${foreign})` }
    const manifest = parseManifest(text, key)
    if (manifest === undefined) return { kind: 'damaged', why: 'its manifest is not readable', objects: [] }
    const events = await readIfThere(join(dir, 'events.jsonl'))
    if (events === undefined || sha256(events) !== manifest.events) {
      return { kind: 'damaged', why: 'its event log is not as written', objects: [] }
    }
    for (const [port, output] of Object.entries(manifest.outputs)) {
      const damage = await this.damageOf(output)
      if (damage !== undefined) return { kind: 'damaged', why: `${port}: ${damage}`, objects: [output.digest] }
    }
    return { kind: 'hit', manifest, events: parseEvents<StageEvent>(events) }
  }

  /** What is wrong with a stored artifact, in words; bytes that were checked before and did not change since are not read. */
  damageOf(output: StoredOutput): Promise<string | undefined> {
    return damageOf(this.objectDir(output.digest), output, this.#verified)
  }

  discardObject(digest: Digest): Promise<void> {
    return removeFolder(this.objectDir(digest), this.temporary())
  }

  /** Removes what was found damaged. */
  async discard(key: Digest, damaged: Extract<Lookup, { kind: 'damaged' }>): Promise<void> {
    await removeFolder(this.#at('results', key), this.temporary())
    crashPoint('store.result-discarded')
    for (const digest of damaged.objects) await this.discardObject(digest)
  }

  /**
   * Writes an artifact and moves it to its place in one step.
   * @throws XpError when the disk cannot take it; earlier results stay as they are.
   */
  async publish(type: AnyArtifactType, value: unknown, what: string): Promise<StoredOutput> {
    const temporary = this.temporary()
    try {
      await mkdir(temporary)
      crashPoint('store.object-begun')
      await type.write(temporary, value)
      crashPoint('store.object-written')
      const listed = listTree(temporary, { everything: true })
      const files = await hashFiles(temporary, listed, undefined)
      const output: StoredOutput = { type: type.name, digest: digestTree(files), files }
      await this.#moveIn(temporary, output)
      return output
    } catch (error) {
      throw diskFailure(error, what, this.dir) ?? error
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }

  async #moveIn(temporary: string, output: StoredOutput): Promise<void> {
    const target = this.objectDir(output.digest)
    // Its result is to be recorded: it is in use from now on, unless it is being removed.
    if ((await this.damageOf(output)) === undefined && (await stampUse(target))) return
    await syncTree(temporary, output.files)
    crashPoint('store.object-synced')
    await removeFolder(target, this.temporary())
    crashPoint('store.old-object-removed')
    await mkdir(join(target, '..'), { recursive: true })
    try {
      await rename(temporary, target)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error
      // Another process published the same bytes in between.
      if ((await this.damageOf(output)) !== undefined) throw error
    }
    crashPoint('store.object-renamed')
    await stampUse(target)
    await syncDirectory(join(target, '..'))
    await syncDirectory(join(this.dir, 'objects'))
  }

  /** Makes a result findable: its events, then its manifest, then the list for `history`. */
  async record(manifest: Omit<Manifest, 'events' | 'format'>, events: readonly StageEvent[]): Promise<void> {
    const dir = this.#at('results', manifest.key)
    const log = events.map(eventLine).join('')
    try {
      await writeFileAtomic(join(dir, 'events.jsonl'), log)
      crashPoint('store.events-written')
      await writeFileAtomic(join(dir, 'manifest.json'), manifestText({ ...manifest, events: sha256(log) }))
      crashPoint('store.manifest-written')
      await stampUse(join(dir, 'manifest.json'))
      await syncDirectory(join(dir, '..'))
      await this.#recent.add(manifest.uses, manifest.key)
      crashPoint('store.indexed')
    } catch (error) {
      throw diskFailure(error, `result of ${manifest.uses}`, this.dir) ?? error
    }
  }

  /**
   * Makes a known result the latest of `history`, what a later miss is compared with, and the last to be removed. Answers
   * whether it is still there.
   */
  async touch({ uses, key }: Manifest): Promise<boolean> {
    if (!(await stampUse(join(this.#at('results', key), 'manifest.json')))) return false
    crashPoint('store.touched')
    await this.#recent.add(uses, key)
    return true
  }

  /** Manifests of the last results of `uses`, latest first, unchecked: for explanations only. */
  async history(uses: string): Promise<readonly Manifest[]> {
    const manifests: Manifest[] = []
    for (const key of await this.#recent.latest(uses)) {
      const manifest = parseManifest((await readIfThere(join(this.#at('results', key), 'manifest.json'))) ?? '', key)
      if (manifest !== undefined) manifests.push(manifest)
    }
    return manifests
  }

  /** Keeps the list of a source tree's files, so that a later change can be counted. */
  async rememberTree(digest: Digest, files: readonly TreeFile[]): Promise<void> {
    const path = `${this.#at('trees', digest)}.json`
    if ((await stat(path).catch(() => undefined)) === undefined) await writeFileAtomic(path, JSON.stringify(files))
  }

  async treeFiles(digest: Digest): Promise<readonly TreeFile[] | undefined> {
    try {
      return JSON.parse(await readFile(`${this.#at('trees', digest)}.json`, 'utf8')) as TreeFile[]
    } catch {
      return undefined
    }
  }

  /** Forgets that bytes of artifacts were checked which are no longer there. */
  async forgetRemoved(): Promise<void> {
    this.#verified.retain((path) => existsSync(this.objectDir(path.slice(0, path.indexOf('/')))))
    await this.#verified.save()
  }

  /** Remembers which bytes were checked, for the next process. */
  saveVerified(): Promise<void> {
    return this.#verified.save()
  }
}

async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }))
    if (now - mtimeMs > staleTemporaryMs) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Opens the store in `dir`, which is made when absent.
 * @throws XpError when it cannot be written.
 */
export async function openStore(dir: string): Promise<Store> {
  try {
    await makeFolder(dir)
    for (const folder of folders) await mkdir(join(dir, folder), { recursive: true })
    const probe = join(dir, 'tmp', randomUUID())
    await mkdir(probe)
    await rmdir(probe)
    await writeFile(join(dir, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await sweep(join(dir, 'tmp'), Date.now())
  } catch (error) {
    throw storeNotOpened(dir, error)
  }
  return new Store(dir, await StatCache.open(join(dir, 'stat', 'objects.json')))
}
