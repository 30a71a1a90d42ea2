import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stampUse } from '../std/clock.ts'
import { crashPoint } from '../std/crash-point.ts'
import { ownIdentity } from '../std/process-identity.ts'
import { liveRunsIn } from './cache-inventory.ts'

/** The word that a run is under way, from before it looks at the store: nothing that it uses since is removed. */
export interface LiveRun {
  /** Says which run it is, once that is known. */
  named(runId: string): Promise<void>
  ended(): Promise<void>
}

export async function announceRun(storeDir: string): Promise<LiveRun> {
  const fileOf = (name: string) => join(liveRunsIn(storeDir), `${name}.json`)
  let file = fileOf(randomUUID())
  await mkdir(liveRunsIn(storeDir), { recursive: true })
  await writeFile(file, JSON.stringify(ownIdentity()))
  await stampUse(file)
  crashPoint('run.announced')
  return {
    async named(runId) {
      await rename(file, fileOf(runId))
      file = fileOf(runId)
    },
    // What stays names a process that ends soon.
    ended: () => rm(file, { force: true }).catch(() => undefined),
  }
}
