import type { SourceKindName } from '../registry/params.ts'
import type { SourceTree } from '../registry/stage.ts'
import type { Digest } from '../std/hash.ts'
import type { ListedFile } from '../std/tree.ts'

/** Source data as it was when it was hashed. */
export interface ReadSource extends SourceTree {
  /** The files' stamps from before their bytes were read. */
  readonly listed: readonly ListedFile[]
  /** What a reader of the run should know of how the data was got. */
  readonly warnings?: readonly string[]
  /** The files as they are now. @throws the file system's error */
  list(): readonly ListedFile[]
}

/** Where kinds keep what they make of source data. */
export interface SourceStore {
  readonly dir: string
  /** The file in which digests of the files of the source data `name` are remembered. */
  statFile(name: string): string
  /** The folder for what is made once of the source data with this digest; it may not exist. */
  sourceDir(digest: Digest): string
  /** For locks between processes. */
  readonly locks: string
  /** A free path on the file system of `sourceDir`, for something unfinished. */
  temporary(): string
}

/** How far a source is that takes long: counts of files or bytes. */
export interface SourceProgress {
  /** What a reader knows it by. */
  readonly source: string
  readonly done: number
  readonly total: number
  /** The noun counted, with what is done: `files unpacked`. */
  readonly what: string
}

export interface SourceScope {
  readonly store: SourceStore
  readonly signal: AbortSignal
  onProgress(progress: SourceProgress): void
  /** The commit that the latest run used for a revision of a repository; undefined when none did. */
  pinned?(repo: string, revision: string): Promise<string | undefined>
}

/** One kind of thing that a `tree` param may name. */
export interface SourceKind {
  readonly name: SourceKindName
  /** With its article, for a reader: "an archive (.zip)". */
  readonly title: string
  /** Whether a value names a source of this kind; the first kind that says so reads it. */
  claims(value: string): Promise<boolean>
  /**
   * The files of the source, on this machine.
   * @throws XpError, or the file system's error about a path that cannot be read; the signal's reason when it is aborted
   */
  read(value: string, scope: SourceScope): Promise<ReadSource>
}
