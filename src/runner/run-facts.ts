import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunFacts } from '../registry/events.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import { paramLeaves } from '../registry/param-leaves.ts'
import { makeFolder } from '../std/fs.ts'

const pad = (n: number, width = 2) => String(n).padStart(width, '0')

/** `20261125-164332-vit-shoes-a1b2`, in UTC: sorts by time, says what it was. */
export function newRunId(name: string, now: Date): string {
  const day = `${now.getUTCFullYear()}${pad(now.getUTCMonth() + 1)}${pad(now.getUTCDate())}`
  const time = `${pad(now.getUTCHours())}${pad(now.getUTCMinutes())}${pad(now.getUTCSeconds())}`
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
  return [day, time, slug, randomBytes(2).toString('hex')].filter((part) => part !== '').join('-')
}

/** Makes the folder of a new run. */
export async function createRunFolder(runsDir: string, name: string): Promise<{ runId: string; dir: string }> {
  await makeFolder(runsDir)
  for (;;) {
    const runId = newRunId(name, new Date())
    const dir = join(runsDir, runId)
    try {
      await mkdir(dir)
      return { runId, dir }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Flattened params of the stages; values that came from the environment may be secret and are left out. */
export function flatParams(stages: readonly ResolvedStage[]): RunFacts['params'] {
  const params: Record<string, string | number | boolean> = {}
  for (const { id, stage, params: own, origins } of stages) {
    for (const { path, value } of paramLeaves(stage.params, own)) {
      if (origins.get(path)?.from === 'env') continue
      const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      params[`${id}.${path}`] = scalar ? value : JSON.stringify(value)
    }
  }
  return params
}

export const runFacts = (
  experiment: ResolvedExperiment,
  stages: readonly ResolvedStage[],
  run: { readonly runId: string; readonly dir: string },
  version: string,
): RunFacts => ({
  ...run,
  name: experiment.name,
  file: experiment.file,
  seed: experiment.seed,
  params: flatParams(stages),
  tags: { 'xp.version': version, 'xp.engine': experiment.engine.name },
  stages: stages.map(({ id, stage, cell }) => ({ id, uses: stage.uses, ...(cell !== undefined && { cell }) })),
})
