/**
 * Train steps or scoring of xp beside PyTorch's: images per second and peak memory.
 * Both sides live in their own process and take turns, so a machine shared with others is shared fairly.
 *
 *   npm run bench:train-step -- --model vit-b16 --task train --batch 8 --steps 10 --python venv/bin/python --record
 *
 * Python needs torch and transformers of test/goldens/requirements.txt; without --python, xp runs alone.
 * --record writes the ratios into bench/models.json, from which docs/models.md is made.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { classifierOf } from '../src/nn/classifier.ts'
import { benchModels, benchTasks } from './models.ts'
import { record, rounded } from './record.ts'
import { Side } from './side.ts'

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'vit-b16' },
    task: { type: 'string', default: 'train' },
    batch: { type: 'string', default: '8' },
    steps: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string' },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})
const config = benchModels[flags.model]
if (config === undefined) throw new Error(`--model is one of ${Object.keys(benchModels).join(', ')}`)
const task = benchTasks.find((name) => name === flags.task)
if (task === undefined) throw new Error(`--task is one of ${benchTasks.join(', ')}`)
if (flags.record && flags.python === undefined) throw new Error('--record needs --python, to compare with')
const [batch, steps, rounds] = [Number(flags.batch), Number(flags.steps), Number(flags.rounds)]
const perRound = Math.max(1, Math.round(steps / rounds))

const here = import.meta.dirname
const root = join(here, '..')
// As it is shipped, without what translates TypeScript as it loads: that alone holds 80 MB.
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', here], { stdio: 'inherit' })
const compiled = join(root, 'node_modules/.cache/bench/bench/train-step-xp.js')
const sides = [new Side('xp', process.execPath, [compiled, flags.model, task, flags.batch, flags.threads])]
if (flags.python !== undefined) {
  const image = String(classifierOf(config).image.height)
  const args = [JSON.stringify(config), image, task, flags.batch, flags.threads]
  sides.push(new Side('pytorch', flags.python, [join(here, 'train_step_torch.py'), ...args]))
}

for (const side of sides) await side.ready()
// The first steps fault pages in; they are not timed.
for (const side of sides) await side.run(2)
const ratios: number[] = []
for (let round = 0; round < Math.max(1, Math.round(steps / perRound)); round++) {
  const turns: number[] = []
  for (const side of sides) turns.push(median(await side.time(perRound)))
  const [own, other] = turns
  if (own !== undefined && other !== undefined) ratios.push(other / own)
}
for (const side of sides) await side.end()

const results = sides.map((side) => ({
  side: side.name,
  imagesPerSecond: batch / median(side.seconds),
  bestImagesPerSecond: batch / Math.min(...side.seconds),
  peakBytes: side.peakBytes,
}))
const [own, other] = results
const ratio = own && other ? own.imagesPerSecond / other.imagesPerSecond : undefined
const bestRatio = own && other ? own.bestImagesPerSecond / other.bestImagesPerSecond : undefined
const memoryRatio = own && other ? own.peakBytes / other.peakBytes : undefined
const report = {
  ...{ model: flags.model, task, batch, threads: Number(flags.threads) },
  ...{ results, ratio, bestRatio, memoryRatio, ratios },
}
if (flags.record && own && other)
  await record({
    ...{ family: config.model_type, model: flags.model, task, batch },
    ratio: rounded(own.bestImagesPerSecond / other.bestImagesPerSecond),
    memoryRatio: rounded(own.peakBytes / other.peakBytes),
    imagesPerSecond: rounded(own.bestImagesPerSecond),
    torchImagesPerSecond: rounded(other.bestImagesPerSecond),
  })

if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`)
else {
  for (const { side, imagesPerSecond, bestImagesPerSecond, peakBytes } of results) {
    const memory = `${(peakBytes / 1e9).toFixed(2)} GB peak`
    process.stdout.write(
      `${side.padEnd(8)} ${imagesPerSecond.toFixed(2)} images/s (best step ${bestImagesPerSecond.toFixed(2)}), ${memory}\n`,
    )
  }
  if (ratio !== undefined && bestRatio !== undefined && memoryRatio !== undefined) {
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} by round, best steps ${bestRatio.toFixed(2)}`
    process.stdout.write(
      `ratio    ${ratio.toFixed(3)} × the speed (${range}), ${memoryRatio.toFixed(2)} × the memory\n`,
    )
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
