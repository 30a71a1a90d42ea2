import { copyFile, lstat, mkdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { writeFileAtomic } from '../../std/fs.ts'
import type { RepoPlace } from './repo-place.ts'

/**
 * One repository's folder in the cache that Python's huggingface_hub shares: `blobs/<hash>` hold the bytes,
 * `snapshots/<commit>/<path>` link to them, `refs/<revision>` name commits.
 * Source: huggingface_hub `file_download.py`, `hf_hub_download`.
 */
export class HubCache {
  readonly dir: string
  /** For locks of processes that write here. */
  readonly locks: string

  constructor(cacheDir: string, { type, name }: Pick<RepoPlace, 'type' | 'name'>) {
    const folder = [`${type}s`, ...name.split('/')].join('--')
    this.dir = join(cacheDir, folder)
    this.locks = join(cacheDir, '.locks', folder)
  }

  blob(hash: string): string {
    return join(this.dir, 'blobs', hash)
  }

  snapshot(commit: string): string {
    return join(this.dir, 'snapshots', commit)
  }

  /** The commit that a revision was when it was last asked for; undefined when it never was. */
  async readRef(revision: string): Promise<string | undefined> {
    const text = await readFile(join(this.dir, 'refs', revision), 'utf8').catch(() => undefined)
    return text?.trim() || undefined
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if ((await this.readRef(revision)) !== commit) await writeFileAtomic(join(this.dir, 'refs', revision), commit)
  }

  /** Bytes of a file of a snapshot; undefined when it is not here. */
  async sizeOf(commit: string, path: string): Promise<number | undefined> {
    return (await stat(join(this.snapshot(commit), path)).catch(() => undefined))?.size
  }

  /** Makes `path` of a snapshot a link to a blob: relative, so that the cache can be moved. */
  async link(commit: string, path: string, hash: string): Promise<void> {
    const at = join(this.snapshot(commit), path)
    const target = relative(dirname(at), this.blob(hash))
    if ((await readlink(at).catch(() => undefined)) === target) return
    await mkdir(dirname(at), { recursive: true })
    if ((await lstat(at).catch(() => undefined)) !== undefined) await rm(at)
    try {
      await symlink(target, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Windows lets only developers make links.
      if (code !== 'EPERM') throw error
      await copyFile(this.blob(hash), at)
    }
  }
}
