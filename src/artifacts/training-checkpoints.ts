import { cp, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'

/**
 * The last and the best checkpoint of a finished training, from which a longer one goes on; none where its schedule
 * does not allow that. `dir` is absolute.
 */
export interface TrainingCheckpoints {
  readonly dir: string
  /** Names of the folders in it. */
  readonly names: readonly string[]
}

// What it took is no part of what was computed: equal trainings give equal bytes.
const untimed = (path: string) => !path.endsWith('timing.json')

export const TrainingCheckpoints: ArtifactType<TrainingCheckpoints> = {
  name: 'training-checkpoints@1',
  summary: 'Where a training ended, for a longer one to go on from.',
  async write(dir, { dir: from, names }) {
    for (const name of names) await cp(join(from, name), join(dir, name), { recursive: true, filter: untimed })
  },
  read: async (dir) => {
    await mkdir(dir, { recursive: true })
    return { dir, names: (await readdir(dir)).sort() }
  },
}
