import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hubCut, hubWrongBytes } from '../../errors/hub.ts'
import { XpError } from '../../errors/xp-error.ts'
import type { Digest } from '../../std/hash.ts'
import type { HubClient } from './hub-client.ts'
import type { RepoFile } from './listing.ts'

/** A download that goes on by itself after cuts as long as each try brings bytes, and so often when it does not. */
export interface DownloadOptions {
  /** Where the bytes end up, whole and checked. */
  readonly target: string
  readonly signal: AbortSignal
  /** Bytes that are there: those of an earlier try first. Negative when bytes proved wrong. */
  onBytes(count: number): void
}

/** The two hashes of a file: the one that its repository knows it by, and its SHA-256. */
class FileHash {
  readonly #content: Hash
  readonly #sha256: Hash = createHash('sha256')

  constructor({ sha256, size }: RepoFile) {
    // Git hashes a header with the bytes.
    this.#content = createHash(sha256 ? 'sha256' : 'sha1')
    if (!sha256) this.#content.update(`blob ${size}\0`)
  }

  update(chunk: Uint8Array): void {
    this.#content.update(chunk)
    this.#sha256.update(chunk)
  }

  digest(): { readonly hash: string; readonly sha256: Digest } {
    return { hash: this.#content.digest('hex'), sha256: this.#sha256.digest('hex') }
  }
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0

/** The next piece of a body. @throws when none comes for `silenceMs` */
async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>, silenceMs: number) {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError(`no bytes for ${silenceMs / 1000} s`)), silenceMs)
  })
  try {
    return await Promise.race([reader.read(), silence])
  } finally {
    clearTimeout(timer)
  }
}

/** One request for the rest of a file, written where it belongs. Answers the bytes that are there then. */
async function fetchRest(
  client: HubClient,
  url: string,
  { size }: RepoFile,
  handle: FileHandle,
  have: number,
  { signal, onBytes }: DownloadOptions,
): Promise<number> {
  // Parts are counted in the file's own bytes, not in packed ones.
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) }
  const response = await client.fetch(url, { headers })
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
  let at = response.status === 206 && Number(range) === have ? have : 0
  if (at !== have) {
    // The server does not give parts.
    onBytes(-have)
    await handle.truncate(0)
  }
  if (response.status === 416 || response.body === null) {
    await response.body?.cancel()
    return at
  }
  const reader = response.body.getReader()
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await nextChunk(reader, client.silenceMs)
      if (done) return at
      await handle.write(value, 0, value.length, at)
      at += value.length
      onBytes(value.length)
      // More than there can be: the hash will tell.
      if (at > size) return at
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * Downloads a file of a repository, on from where an earlier try was cut off, and moves it to its place when its hash
 * is right.
 * @returns its SHA-256
 * @throws XpError when it is cut off again and again, or comes with wrong bytes twice; the signal's reason when aborted
 */
export async function download(
  client: HubClient,
  url: string,
  file: RepoFile,
  options: DownloadOptions,
): Promise<Digest> {
  const { target, signal, onBytes } = options
  const partial = `${target}.xp.incomplete`
  await mkdir(dirname(target), { recursive: true })
  let have = await sizeOf(partial)
  onBytes(have)
  for (let [fruitless, spoiled] = [0, 0]; ; ) {
    let cut: unknown
    if (have < file.size || file.size === 0) {
      const before = have
      const handle = await open(partial, have === 0 ? 'w' : 'r+')
      try {
        have = await fetchRest(client, url, file, handle, have, options)
        await handle.sync()
      } catch (error) {
        signal.throwIfAborted()
        // What the body of a fetch throws when the connection ends early.
        if (error instanceof XpError || !(error instanceof TypeError)) throw error
        cut = error
        have = (await handle.stat()).size
      } finally {
        await handle.close()
      }
      if (have < file.size) {
        fruitless = have > before ? 0 : fruitless + 1
        if (fruitless >= client.tries)
          throw hubCut(client.repo, file.path, have, file.size, cut ?? new Error('the answer was too short'))
        await client.pause(Math.max(1, fruitless))
        continue
      }
    }
    const hash = new FileHash(file)
    if (have > 0) for await (const chunk of createReadStream(partial, { highWaterMark: 1 << 20 })) hash.update(chunk)
    const found = hash.digest()
    if (have === file.size && found.hash === file.hash) {
      await rename(partial, target)
      return found.sha256
    }
    spoiled += 1
    onBytes(-have)
    await rm(partial, { force: true })
    have = 0
    if (spoiled === 2) throw hubWrongBytes(client.repo, file.path, file.hash, found.hash)
  }
}
