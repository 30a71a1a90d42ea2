import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { damagedArchive, refusedEntry } from '../errors/archives.ts'
import { XpError } from '../errors/xp-error.ts'
import type { EntryFile, EntrySink } from './entry-sink.ts'

const plain = new Set(['File', 'OldFile', 'ContiguousFile'])
const kinds: Readonly<Record<string, string>> = {
  SymbolicLink: 'is a symbolic link',
  Link: 'is a hard link',
  CharacterDevice: 'is a device',
  BlockDevice: 'is a device',
  FIFO: 'is a pipe',
}

/**
 * Gives a tar file's entries to a sink.
 * @param compressed whether it is packed by gzip
 * @throws XpError naming the entry that is refused or damaged; the signal's reason when it is aborted
 */
export async function untar(
  archive: string,
  compressed: boolean,
  sink: EntrySink,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(done: number, total: number, what: string): void },
): Promise<void> {
  const { size } = await stat(archive)
  const parser = new Parser({ strict: true })
  let failure: unknown
  let open: EntryFile | undefined
  let current: string | undefined
  let isEnded = false
  const attempt = (work: () => void) => {
    try {
      if (failure === undefined) work()
    } catch (error) {
      failure = error
    }
  }
  parser.on('error', (error: Error) => {
    failure ??= damagedArchive(archive, error.message.replace(/^TAR_[A-Z_]+: /, ''), current)
  })
  // One block of zeros, or two, close an archive: without them its end is missing.
  parser.on('nullBlock', () => {
    isEnded = true
  })
  parser.on('entry', (entry: ReadEntry) => {
    const { path, type } = entry
    attempt(() => {
      current = path
      if (type === 'Directory' || type === 'GNUDumpDir') sink.folder(path)
      else if (plain.has(type)) {
        sink.expect(entry.size)
        open = sink.file(path)
      } else throw refusedEntry(archive, path, kinds[type] ?? `is of a kind that is not unpacked (${type})`)
    })
    const file = open
    open = undefined
    entry.on('data', (chunk: Buffer) => attempt(() => file?.write(chunk)))
    entry.on('end', () => attempt(() => file?.close()))
    entry.resume()
  })
  const source = createReadStream(archive, { highWaterMark: 1 << 20 })
  const parse = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      if (failure === undefined) parser.write(chunk)
      if (failure !== undefined) throw failure
      onProgress(Math.min(source.bytesRead, size - 1), size, 'bytes read')
    }
    parser.end()
    if (failure !== undefined) throw failure
    if (!isEnded) throw damagedArchive(archive, 'its end is missing', current)
  }
  try {
    if (compressed) await pipeline(source, createGunzip(), parse, { signal })
    else await pipeline(source, parse, { signal })
    onProgress(size, size, 'bytes read')
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (failure instanceof XpError) throw failure
    if (error instanceof XpError || !(error instanceof Error) || 'syscall' in error) throw error
    throw damagedArchive(archive, error.message, current)
  }
}
