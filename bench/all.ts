/**
 * Every model beside PyTorch, in training and scoring, into bench/models.json: about 35 minutes on two quiet cores.
 *
 *   npm run bench:all -- --python venv/bin/python
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchModels, benchTasks } from './models.ts'

const { values: flags } = parseArgs({ options: { python: { type: 'string' } } })
if (flags.python === undefined) throw new Error('--python: say which Python has torch and transformers')

/** Measured at batch 32 as well: the models whose goals name it. */
const alsoLarge = new Set(['vit-b16', 'vit-s16', 'vit-ti16', 'swin-t', 'convnext-t', 'resnet-50'])
const tsx = ['--import', 'tsx', join(import.meta.dirname, 'train-step.ts')]
for (const model of Object.keys(benchModels))
  for (const task of benchTasks)
    for (const batch of alsoLarge.has(model) ? [8, 32] : [8]) {
      process.stdout.write(`${model} ${task}, batch ${batch}\n`)
      const steps = String(batch === 32 ? 2 : 3)
      const args = ['--model', model, '--task', task, '--batch', String(batch), '--steps', steps, '--rounds', steps]
      execFileSync(process.execPath, [...tsx, ...args, '--python', flags.python, '--record'], { stdio: 'inherit' })
    }
