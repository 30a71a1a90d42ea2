import { once } from 'node:events'
import { TextDecoder } from 'node:util'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { damagedArchive, refusedEntry } from '../errors/archives.ts'
import { XpError } from '../errors/xp-error.ts'
import type { EntrySink } from './entry-sink.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8Flag = 0x800

/** Fields of an entry as they are when its strings are not decoded. */
type RawEntry = Omit<Entry, 'fileName'> & { readonly fileName: Buffer }

/** Many tools write UTF-8 without saying so; what is no UTF-8 is the old encoding of the format. */
function nameOf({ fileName, generalPurposeBitFlag, extraFields }: RawEntry, archive: string): string {
  try {
    return utf8.decode(fileName)
  } catch {
    if ((generalPurposeBitFlag & utf8Flag) === 0) return yauzl.getFileNameLowLevel(0, fileName, extraFields, true)
    throw refusedEntry(archive, fileName.toString('latin1'), 'has a name that is not UTF-8')
  }
}

/** @throws XpError for what is neither a plain file nor a folder, or cannot be read */
function assertPlain(entry: RawEntry, name: string, archive: string): void {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) throw refusedEntry(archive, name, 'is a symbolic link')
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw refusedEntry(archive, name, 'is a device or a pipe')
  if ((entry.generalPurposeBitFlag & 1) !== 0) throw refusedEntry(archive, name, 'is encrypted')
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw refusedEntry(archive, name, `is packed by method ${entry.compressionMethod}, not by deflate`)
}

async function unpackEntry(zip: ZipFile, entry: RawEntry, name: string, archive: string, sink: EntrySink) {
  sink.expect(entry.uncompressedSize)
  const file = sink.file(name)
  if (file === undefined) return
  try {
    let sum = 0
    const stream = await zip.openReadStreamPromise(entry as unknown as Entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      file.write(chunk)
    }
    if (sum !== entry.crc32) throw damagedArchive(archive, 'its bytes do not give the checksum (CRC-32)', name)
  } finally {
    file.close()
  }
}

/**
 * Gives a zip file's entries to a sink.
 * @throws XpError naming the entry that is refused or damaged; the signal's reason when it is aborted
 */
export async function unzip(
  archive: string,
  sink: EntrySink,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(done: number, total: number, what: string): void },
): Promise<void> {
  let zip: ZipFile | undefined
  let name: string | undefined
  try {
    zip = await yauzl.openPromise(archive, { decodeStrings: false, autoClose: false })
    let done = 0
    for await (const each of zip.eachEntry()) {
      signal.throwIfAborted()
      const entry = each as unknown as RawEntry
      name = nameOf(entry, archive)
      assertPlain(entry, name, archive)
      if (name.endsWith('/')) sink.folder(name)
      else await unpackEntry(zip, entry, name, archive, sink)
      onProgress(++done, zip.entryCount, 'files unpacked')
      name = undefined
    }
  } catch (error) {
    if (error instanceof XpError || !(error instanceof Error) || 'syscall' in error) throw error
    throw signal.aborted ? error : damagedArchive(archive, error.message, name)
  } finally {
    if (zip?.isOpen) {
      const closed = once(zip, 'close')
      zip.close()
      await closed
    }
  }
}
