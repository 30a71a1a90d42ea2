import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pingMlflow } from '../../src/tracking/mlflow/ping.ts'
import { createMlflowSink } from '../../src/tracking/mlflow/sink.ts'
import { createProject, tinyExperiment } from '../e2e/project.ts'
import { type ScriptOptions, scriptedEvaluation, scriptedRun } from '../unit/tracking/scripted-run.ts'

/** The server that mlflow.sh runs for as long as the command it was given, here until the test closes its stdin. */
let server: ChildProcess
let uri = ''
beforeAll(async () => {
  const script = join(import.meta.dirname, 'mlflow.sh')
  server = spawn(script, ['bash', '-c', 'echo "$MLFLOW_TRACKING_URI"; cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`mlflow.sh ended with ${code}`)
  })
  const [line] = (await Promise.race([once(server.stdout as Readable, 'data'), ended])) as [Buffer]
  ended.catch(() => {})
  uri = line.toString().trim()
})
afterAll(async () => {
  if (server.exitCode !== null) return
  server.stdin?.end()
  await once(server, 'exit')
})

interface Run {
  info: { run_id: string; run_name: string; status: string; experiment_id: string; artifact_uri: string }
  data: Record<'metrics' | 'params' | 'tags', { key: string; value: string | number }[]>
  inputs: { dataset_inputs: { dataset: Record<string, string>; tags: { key: string; value: string }[] }[] }
}

/** A busy machine may take its time: what is tested is what arrives. */
const patient = { call: 60_000, close: 110_000 }

async function api(path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.status, path).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

async function runsOf(experiment: string): Promise<Run[]> {
  const found = await api(`experiments/get-by-name?experiment_name=${encodeURIComponent(experiment)}`)
  const { experiment_id } = found.experiment as { experiment_id: string }
  const { runs = [] } = (await api('runs/search', { experiment_ids: [experiment_id] })) as { runs?: Run[] }
  return runs
}

async function history(run: Run, key: string) {
  const query = `run_id=${run.info.run_id}&metric_key=${encodeURIComponent(key)}&max_results=5000`
  const { metrics } = (await api(`metrics/get-history?${query}`)) as {
    metrics: { step: number; value: number; timestamp: number }[]
  }
  return metrics.sort((a, b) => a.step - b.step)
}

const artifact = async (run: Run, path: string) => {
  const { experiment_id, run_id } = run.info
  return fetch(`${uri}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/${path}`)
}

async function track(experiment: string, script: Partial<ScriptOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'xp-mlflow-'))
  const events = scriptedRun({ dir, runId: randomUUID(), ...script })
  const sink = createMlflowSink({ uri, experiment, env: {}, timing: patient })
  for (const event of events) sink.handle(event)
  return { answer: await sink.close(), events }
}

const table = (pairs: { key: string; value: string | number }[]) =>
  Object.fromEntries(pairs.map((p) => [p.key, p.value]))

it('logs a whole run that the server gives back', async () => {
  const experiment = `whole ${randomUUID()}`
  const { answer, events } = await track(experiment, { runId: 'id-1', steps: 2500 })
  expect(answer).toEqual({})
  const [run, ...more] = await runsOf(experiment)
  expect(more).toEqual([])
  if (run === undefined) throw new Error('no run')
  expect(run.info.status).toBe('FINISHED')
  expect(run.info.run_name).toBe('id-1')

  const params = table(run.data.params)
  expect(params).toMatchObject({ seed: '42', 'train.learningRate': '0.00001', 'train.epochs': '3' })
  expect(params['load.root']).toHaveLength(6000)
  expect(table(run.data.tags)).toMatchObject({
    'xp.run_id': 'id-1',
    'xp.engine': 'onnx',
    'mlflow.source.git.commit': 'c0ffee',
    'mlflow.source.name': 'experiments/shoes.yaml',
    'xp.stage.before.cache': 'hit',
    'xp.stage.train.cache': 'ran',
    'xp.stage.train.key': 'f'.repeat(64),
    'xp.stage.train.reason': 'learningRate 1e-5 → 3e-5 (--set)',
  })

  const losses = await history(run, 'train/loss')
  expect(losses).toHaveLength(2500)
  expect(losses.map((m) => m.step)).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1))
  expect(losses[9]?.value).toBe(0.1)
  expect(losses[0]?.timestamp).toBe(events.find((e) => e.type === 'metric' && e.name === 'train/loss')?.time)
  expect(table(run.data.metrics)).toMatchObject({
    'train/loss': 1 / 2500,
    'validation/accuracy': 0.9,
    'before/test/accuracy': 0.33,
    'after/test/accuracy': 0.994,
    extra: 1,
  })

  const [input] = run.inputs.dataset_inputs
  expect(input?.dataset).toMatchObject({ name: 'shoes', digest: 'd'.repeat(36), source_type: 'local' })
  expect(input?.tags).toEqual([{ key: 'mlflow.data.context', value: 'training' }])

  expect(await (await artifact(run, 'report.html')).text()).toBe('<!doctype html><title>report</title>')
  expect(await (await artifact(run, 'resolved.yaml')).text()).toBe('name: shoes\n')
  expect(await (await artifact(run, 'after/confusion_matrix.json')).json()).toEqual(scriptedEvaluation)
  expect(await (await artifact(run, 'after/confusion_matrix.svg')).text()).toContain('&lt;b&gt;')
})

it('sends the same run again without doubling anything', async () => {
  const experiment = `again ${randomUUID()}`
  await track(experiment, { runId: 'same' })
  const { answer } = await track(experiment, { runId: 'same' })
  expect(answer).toEqual({})
  const [run, ...more] = await runsOf(experiment)
  expect(more).toEqual([])
  expect(await history(run as Run, 'train/loss')).toHaveLength(25)
})

it('never overwrites a param, and says so', async () => {
  const experiment = `params ${randomUUID()}`
  await track(experiment, { runId: 'p', params: { 'train.epochs': 3 } })
  const { answer } = await track(experiment, { runId: 'p', params: { 'train.epochs': 4, 'train.batchSize': 16 } })
  expect(answer.undelivered).toMatch(/refused 1 params/)
  const [run] = await runsOf(experiment)
  expect(table((run as Run).data.params)).toMatchObject({ 'train.epochs': '3', 'train.batchSize': '16' })
})

it.each([
  ['failed', 'FAILED'],
  ['interrupted', 'KILLED'],
] as const)('closes a run that %s as %s', async (status, expected) => {
  const experiment = `${status} ${randomUUID()}`
  await track(experiment, { status })
  expect((await runsOf(experiment))[0]?.info.status).toBe(expected)
})

it('several runs may make one experiment at the same time', async () => {
  const experiment = `race ${randomUUID()}`
  const answers = await Promise.all(Array.from({ length: 4 }, () => track(experiment, { steps: 3 })))
  expect(answers.map((a) => a.answer)).toEqual([{}, {}, {}, {}])
  expect(await runsOf(experiment)).toHaveLength(4)
})

it('logs NaN and infinite values, and odd metric and stage names', async () => {
  const experiment = `odd ${randomUUID()}`
  const dir = mkdtempSync(join(tmpdir(), 'xp-mlflow-'))
  const [start, ...rest] = scriptedRun({ dir, runId: 'odd', steps: 2 })
  const end = rest.at(-1)
  if (start === undefined || end === undefined) throw new Error('no events')
  const sink = createMlflowSink({ uri, experiment, env: {}, timing: patient })
  sink.handle(start)
  const odd = { type: 'metric', stage: 'train', replayed: false, time: 1_700_000_000_500 } as const
  sink.handle({ ...odd, seq: 1, name: 'train/loss', value: Number.NaN, step: 1 })
  sink.handle({ ...odd, seq: 2, name: 'train/loss', value: Number.POSITIVE_INFINITY, step: 2 })
  sink.handle({ ...odd, seq: 3, name: '../ü=1:2/loss', value: 3, step: 3 })
  sink.handle({ ...end, seq: 4 })
  expect(await sink.close()).toEqual({})
  const [run] = await runsOf(experiment)
  expect((await history(run as Run, 'train/loss')).map((m) => m.step)).toEqual([1, 2])
  expect(await history(run as Run, '__1_2/loss')).toHaveLength(1)
})

it('stops with a clear sentence when the experiment is deleted', async () => {
  const experiment = `deleted ${randomUUID()}`
  const { experiment_id } = await api('experiments/create', { name: experiment })
  await api('experiments/delete', { experiment_id })
  const { answer } = await track(experiment)
  expect(answer.undelivered).toMatch(/is deleted: restore it there or track under another name/)
})

it('a ping answers whether the server can be used', async () => {
  await pingMlflow(uri, {})
  await expect(pingMlflow(`${uri}/nowhere`, {})).rejects.toMatchObject({ exit: 'tracking' })
})

it('it shows a whole `xp run`, and the same again when all of it comes from the cache', async () => {
  const project = createProject({ MLFLOW_TRACKING_URI: uri })
  try {
    const name = `whole-${randomUUID()}`
    project.write('tiny.yaml', tinyExperiment().replace('name: tiny', `name: ${name}`))
    for (const time of ['first', 'cached']) {
      const { code, stderr } = await project.xp('run', 'tiny.yaml', '--tracking=required')
      expect(code, `${time}: ${stderr}`).toBe(0)
      expect(stderr).not.toContain('warning')
    }
    const runs = await runsOf(name)
    expect(runs).toHaveLength(2)
    for (const run of runs) {
      expect(run.info.status).toBe('FINISHED')
      const values = Object.fromEntries(run.data.metrics.map(({ key, value }) => [key, value]))
      for (const key of ['train/loss', 'validation/f1', 'evaluate/test/accuracy']) expect(values).toHaveProperty([key])
      expect((await history(run, 'train/loss')).length).toBeGreaterThan(5)
      const { files } = (await api(`artifacts/list?run_id=${run.info.run_id}`)) as { files: { path: string }[] }
      expect(files.map(({ path }) => path)).toContain('report.html')
    }
  } finally {
    await project.remove()
  }
})
