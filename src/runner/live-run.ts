import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownIdentity } from '../std/process-identity.ts'
import { liveRunsIn } from './cache-inventory.ts'

/** Says that a run is under way, so that nothing it uses is removed; answers what takes the word back. */
export async function announceRun(storeDir: string, runId: string): Promise<() => Promise<void>> {
  const file = join(liveRunsIn(storeDir), `${runId}.json`)
  await mkdir(liveRunsIn(storeDir), { recursive: true })
  await writeFile(file, JSON.stringify(ownIdentity()))
  return () => rm(file, { force: true })
}
