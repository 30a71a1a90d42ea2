import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Place } from './fakes.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A new folder that is removed after the test file's last test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xp-test-'))
  folders.push(folder)
  return folder
}

export function newPlace(): Place {
  const dir = temporaryFolder()
  return { store: join(dir, '.xp'), runs: join(dir, 'runs') }
}
