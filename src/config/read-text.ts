import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  experimentEmpty,
  experimentIsFolder,
  experimentMissing,
  experimentNotUtf8,
  experimentTooLarge,
  experimentUnreadable,
} from '../errors/yaml.ts'

/** Bytes; a thousand times the size of a long experiment. */
const maxFileBytes = 1 << 20

async function yamlFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .slice(0, 8)
}

/** Offset of the first byte that does not continue valid UTF-8. */
function firstBadByte(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length]
  // A cut character at the end of a good prefix spans at most 3 bytes.
  const prefixIsGood = (n: number) => [0, 1, 2, 3].some((cut) => n >= cut && isUtf8(bytes.subarray(0, n - cut)))
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (prefixIsGood(middle)) good = middle
    else bad = middle
  }
  return Math.max(0, good - [0, 1, 2, 3].findIndex((cut) => isUtf8(bytes.subarray(0, good - cut))))
}

/** The text of the experiment at absolute `path`, which the reader knows as `file`. @throws XpError when it is missing, a folder, too large, not UTF-8 or empty. */
export async function readExperimentText(path: string, file: string): Promise<string> {
  let bytes: Buffer
  try {
    const status = await stat(path)
    if (status.isDirectory()) throw experimentIsFolder(file, await yamlFilesIn(path))
    if (status.size > maxFileBytes) throw experimentTooLarge(file, status.size, maxFileBytes)
    bytes = await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw experimentMissing(file, await yamlFilesIn(dirname(path)))
    if (typeof code === 'string' && !code.startsWith('XP_')) {
      throw experimentUnreadable(file, error as NodeJS.ErrnoException)
    }
    throw error
  }
  if (!isUtf8(bytes)) throw experimentNotUtf8(file, firstBadByte(bytes))
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  if (text.trim() === '') throw experimentEmpty(file)
  return text
}
