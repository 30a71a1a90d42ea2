import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** As `runWords`, `times` times, each with another learning rate; answers the outputs. */
export async function runMany(dir: string, times: number) {
  const outputs: unknown[] = []
  for (let i = 0; i < times; i++) {
    const experiment = wordsExperiment({ root: join(dir, 'words'), learningRate: i + 1, train: counting(dir) })
    const { result, thrown } = await execute(experiment, { store: join(dir, '.xp'), runs: join(dir, 'runs') })
    if (thrown !== undefined) throw thrown
    const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
    for (const name of readdirSync(join(result.dir, 'artifacts')))
      readFileSync(join(result.dir, 'artifacts', name, name.startsWith('report') ? 'report.html' : 'value.json'))
    outputs.push(lock.stages.map((stage: { outputs: unknown }) => stage.outputs))
  }
  return { result: { status: 'finished' }, outputs }
}

/** Counts as many as the learning rate says, and notes that it did. */
const counting = (dir: string) =>
  defineStage({
    ...trainCount,
    uses: 'train/counting',
    async run(ctx) {
      appendFileSync(join(dir, 'computed.log'), `${ctx.params.learningRate}\n`)
      return { count: { count: ctx.params.learningRate } }
    },
  })

/** Empties the store again and again until the file `enough` is there; answers how much was removed. */
export async function collectAgain(dir: string) {
  let [rounds, removed] = [0, 0]
  for (; !existsSync(join(dir, 'enough')); rounds++) removed += (await collectGarbage(dir)).result.removed
  return { result: { rounds, removed }, outputs: [] }
}

/** Runs the words experiment of a project folder, `gated`: its train stage ends once the file `go` is there. */
export async function runWords(dir: string, gated = false) {
  const experiment = wordsExperiment({ root: join(dir, 'words'), train: resuming(dir, gated) })
  const { result } = await execute(experiment, { store: join(dir, '.xp'), runs: join(dir, 'runs') })
  const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
  return { result, outputs: lock.stages.map((stage: { outputs: unknown }) => stage.outputs) as unknown[] }
}
