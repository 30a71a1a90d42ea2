import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactType } from '../registry/artifact.ts'

/**
 * One self-contained HTML page. It holds `runSlot` once, where the runner puts what belongs to the run and not to the
 * stage's key: timings, the resolved config, which stages came from the cache.
 */
export interface Report {
  readonly html: string
}

export const runSlot = '<!-- xp:run -->'

export const Report: ArtifactType<Report> = {
  name: 'report@1',
  summary: 'A self-contained HTML page.',
  write: (dir, value) => writeFile(join(dir, 'report.html'), value.html),
  read: async (dir) => ({ html: await readFile(join(dir, 'report.html'), 'utf8') }),
}
