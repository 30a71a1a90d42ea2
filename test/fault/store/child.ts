import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineStage } from '../../../src/registry/stage.ts'
import { crashPoint } from '../../../src/std/crash-point.ts'
import { execute, trainCount, wordsExperiment } from '../../unit/runner/fakes.ts'

/** Run as a process of its own: executes the words experiment and prints the result as JSON. */
const [dir = '', delayMs = '0'] = process.argv.slice(2)

/** Counts four steps, keeps where it is in its scratch folder, goes on from there. */
const resuming = defineStage({
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
    await sleep(Number(delayMs), undefined, { signal: ctx.signal })
    return { count: { count: 4 + ctx.seed } }
  },
})

const experiment = wordsExperiment({ root: join(dir, 'words'), train: resuming })
const { result } = await execute(experiment, { store: join(dir, '.xp'), runs: join(dir, 'runs') })
const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
const outputs = lock.stages.map((stage: { outputs: unknown }) => stage.outputs)
process.stdout.write(JSON.stringify({ result, outputs }))
