import { cp } from 'node:fs/promises'
import type { ArtifactType } from '../registry/artifact.ts'

/** A folder of files; `dir` is absolute. Its digest is that of any source folder with the same content. */
export interface FileTree {
  readonly dir: string
}

export const FileTree: ArtifactType<FileTree> = {
  name: 'file-tree@1',
  summary: 'A folder of files.',
  write: (dir, value) => cp(value.dir, dir, { recursive: true, dereference: true, preserveTimestamps: false }),
  read: async (dir) => ({ dir }),
}
