import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'

/** An artifact that is one JSON file, `value.json`. Keys keep the order in which the value holds them. */
export function jsonArtifact<T>(name: `${string}@${number}`, summary: string): ArtifactType<T> {
  return {
    name,
    summary,
    write: (dir, value) => writeFile(join(dir, 'value.json'), `${JSON.stringify(value, null, 1)}\n`),
    read: async (dir) => JSON.parse(await readFile(join(dir, 'value.json'), 'utf8')) as T,
  }
}
