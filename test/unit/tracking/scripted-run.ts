import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent, RunEventBody, RunFacts, RunStatus } from '../../../src/registry/events.ts'

export interface ScriptOptions {
  readonly dir: string
  readonly runId?: string
  readonly steps?: number
  readonly params?: RunFacts['params']
  readonly stages?: RunFacts['stages']
  readonly status?: RunStatus
  readonly name?: string
}

export const scriptedEvaluation = {
  part: 'test',
  classes: ['boot', '<b>"shoe" & co'],
  confusion: [
    [5, 1],
    [2, 7],
  ],
}

/**
 * The events of a small run that trains and evaluates twice, with the files they name. Times count up from a fixed
 * moment, `seq` from 0; `events.jsonl` holds the same.
 */
export function scriptedRun(options: ScriptOptions): RunEvent[] {
  const { dir, runId = 'run-1', steps = 25, status = 'finished', name = 'shoes' } = options
  const stages = options.stages ?? [
    { id: 'before', uses: 'evaluate/classification' },
    { id: 'train', uses: 'train/supervised' },
    { id: 'after', uses: 'evaluate/classification' },
    { id: 'report', uses: 'report/html' },
  ]
  const report = join(dir, 'report.html')
  writeFileSync(report, '<!doctype html><title>report</title>')
  writeFileSync(join(dir, 'resolved.yaml'), 'name: shoes\n')
  const evaluation = join(dir, 'evaluation.json')
  writeFileSync(evaluation, JSON.stringify(scriptedEvaluation))
  const bodies: RunEventBody[] = [
    {
      type: 'run-started',
      run: {
        runId,
        name,
        dir,
        file: 'experiments/shoes.yaml',
        seed: 42,
        params: options.params ?? { 'train.learningRate': 1e-5, 'train.epochs': 3, 'load.root': 'x'.repeat(7000) },
        tags: { 'git.commit': 'c0ffee', engine: 'onnx' },
        stages,
      },
    },
    {
      type: 'dataset',
      stage: 'load',
      name: 'shoes',
      digest: 'd'.repeat(64),
      source: 'data/shoes',
      context: 'training',
    },
    { type: 'stage-started', stage: 'before', uses: 'evaluate/classification', reason: 'first run' },
    metric('before', 'test/accuracy', 0.33, 0),
    finished('before', 'evaluate/classification', 'hit', 'unchanged'),
    { type: 'stage-started', stage: 'train', uses: 'train/supervised', reason: 'learningRate 1e-5 → 3e-5 (--set)' },
  ]
  for (let step = 1; step <= steps; step++) {
    bodies.push(metric('train', 'train/loss', 1 / step, step, Math.ceil((step * 3) / steps)))
    bodies.push({ type: 'progress', stage: 'train', replayed: false, done: step, total: steps, what: 'steps' })
  }
  bodies.push(
    metric('train', 'validation/accuracy', 0.9, steps, 3),
    finished('train', 'train/supervised', 'ran', 'learningRate 1e-5 → 3e-5 (--set)'),
    metric('after', 'test/accuracy', 0.994, 0),
    { type: 'artifact', stage: 'after', name: 'evaluation.json', path: evaluation },
    finished('after', 'evaluate/classification', 'ran', 'model changed'),
    { type: 'artifact', stage: 'report', name: 'report.html', path: report },
    {
      type: 'run-finished',
      status,
      metrics: { 'train/loss': 1 / steps, 'before/test/accuracy': 0.33, 'after/test/accuracy': 0.994, extra: 1 },
    },
  )
  const events = bodies.map((body, seq) => ({ seq, time: 1_700_000_000_000 + seq * 10, ...body }))
  writeFileSync(join(dir, 'events.jsonl'), events.map((e) => `${JSON.stringify(e)}\n`).join(''))
  return events
}

const metric = (stage: string, name: string, value: number, step: number, epoch?: number): RunEventBody => ({
  type: 'metric',
  stage,
  replayed: false,
  name,
  value,
  step,
  ...(epoch === undefined ? {} : { epoch }),
})

const finished = (stage: string, uses: string, status: 'hit' | 'ran', reason: string): RunEventBody => ({
  type: 'stage-finished',
  stage,
  uses,
  key: 'f'.repeat(64),
  status,
  reason,
  ms: 1234,
})
