import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { steadyNow } from '../std/clock.ts'
import { crashPoint } from '../std/crash-point.ts'
import { ownIdentity } from '../std/process-identity.ts'
import { liveRunsIn } from './cache-inventory.ts'

/** Says that a run is under way, so that nothing it uses is removed; answers what takes the word back. */
export async function announceRun(storeDir: string, runId: string): Promise<() => Promise<void>> {
  const file = join(liveRunsIn(storeDir), `${runId}.json`)
  await mkdir(liveRunsIn(storeDir), { recursive: true })
  await writeFile(file, JSON.stringify(ownIdentity()))
  await utimes(file, steadyNow() / 1000, steadyNow() / 1000)
  crashPoint('run.announced')
  return () => rm(file, { force: true })
}
