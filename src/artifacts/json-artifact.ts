import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'

/** The file of an artifact that is one JSON value. */
export const jsonFile = 'value.json'

/** An artifact that is one JSON file. Keys keep the order in which the value holds them. */
export function jsonArtifact<T>(name: `${string}@${number}`, summary: string): ArtifactType<T> {
  return {
    name,
    summary,
    write: (dir, value) => writeFile(join(dir, jsonFile), `${JSON.stringify(value, null, 1)}\n`),
    read: async (dir) => JSON.parse(await readFile(join(dir, jsonFile), 'utf8')) as T,
  }
}
