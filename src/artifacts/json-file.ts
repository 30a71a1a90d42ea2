import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { malformedJson, notAModelFolder } from '../errors/weights.ts'

/**
 * The text of a file in a model folder, or undefined when there is none.
 * @throws XpError when the folder is not one
 */
export async function readTextOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTDIR') throw notAModelFolder(dirname(file))
    if (code === 'ENOENT') return undefined
    throw error
  }
}

/** @throws XpError naming `file` when `text` is not a JSON object */
export function parseJsonObject(file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw malformedJson(file, (error as Error).message)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformedJson(file, 'it is not a JSON object')
  return value as Readonly<Record<string, unknown>>
}
