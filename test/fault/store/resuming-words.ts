import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineStage } from '../../../src/registry/stage.ts'
import { inventory } from '../../../src/runner/cache-inventory.ts'
import { planRemoval } from '../../../src/runner/cache-removal.ts'
import { sweep } from '../../../src/runner/cache-sweep.ts'
import { openStore } from '../../../src/runner/store.ts'
import { crashPoint } from '../../../src/std/crash-point.ts'
import { execute, trainCount, wordsExperiment } from '../../unit/runner/fakes.ts'

/** Counts four steps, keeps where it is in its scratch folder, goes on from there. */
const resuming = (dir: string, gated: boolean) =>
  defineStage({
    ...trainCount,
    uses: 'train/resuming',
    async run(ctx) {
      appendFileSync(join(dir, 'computed.log'), 'train\n')
      const state = join(ctx.scratch, 'state')
      const done = existsSync(state) ? Number(await readFile(state, 'utf8')) : 0
      for (let step = done + 1; step <= 4; step++) {
        ctx.metric('train/words', step * 10, step)
        if (step === 3) crashPoint('test.third-step')
        await writeFile(state, String(step))
      }
      while (gated && !existsSync(join(dir, 'go'))) await sleep(20, undefined, { signal: ctx.signal })
      return { count: { count: 4 + ctx.seed } }
    },
  })

/** Removes everything from the store of a project folder that no run under way uses. */
export async function collectGarbage(dir: string) {
  const store = await openStore(join(dir, '.xp'))
  const kept = { keys: new Set<string>(), objects: new Set<string>() }
  const removal = planRemoval(await inventory(store.dir), kept, { maxBytes: 0 }, Date.now())
  await sweep(store, removal)
  return { result: { removed: removal.results.length }, outputs: [] }
}

/** Runs the words experiment of a project folder, `gated`: its train stage ends once the file `go` is there. */
export async function runWords(dir: string, gated = false) {
  const experiment = wordsExperiment({ root: join(dir, 'words'), train: resuming(dir, gated) })
  const { result } = await execute(experiment, { store: join(dir, '.xp'), runs: join(dir, 'runs') })
  const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
  return { result, outputs: lock.stages.map((stage: { outputs: unknown }) => stage.outputs) as unknown[] }
}
