import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { RunResult } from '../../../src/runner/run-result.ts'
import { eventsOf } from '../../unit/runner/fakes.ts'
import { temporaryFolder } from '../../unit/runner/temporary.ts'
import { runWords } from './resuming-words.ts'

const root = resolve(import.meta.dirname, '../../..')

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly result: RunResult
  readonly outputs: unknown
}

function newProject(): string {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'words'))
  writeFileSync(join(dir, 'words', 'a.txt'), 'boot sandal shoe')
  return dir
}

function runChild(dir: string, { crashAt = '', gated = false } = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'child.ts'), dir, gated ? 'gated' : ''],
      { cwd: root, env: { ...process.env, XP_CRASH_AT: crashAt } },
    )
    let [out, err] = ['', '']
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      err += data
    })
    child.on('close', (code, signal) => {
      if (signal !== null) done({ signal, result: undefined as never, outputs: undefined })
      else if (code !== 0) fail(new Error(err))
      else done({ signal, ...JSON.parse(out) })
    })
  })
}

const crashPoints = readdirSync(join(root, 'src/runner'))
  .flatMap((file) => [...readFileSync(join(root, 'src/runner', file), 'utf8').matchAll(/crashPoint\('([^']+)'\)/g)])
  .map((match) => match[1] ?? '')

const undisturbed = await runWords(newProject())

it('knows every crash point of the runner', () => {
  expect(crashPoints).toHaveLength(6)
  expect(undisturbed.result.status).toBe('finished')
})

it.each([...crashPoints, 'test.third-step'])('ends with the undisturbed bytes after SIGKILL at %s', async (crashAt) => {
  const dir = newProject()
  expect((await runChild(dir, { crashAt })).signal).toBe('SIGKILL')
  const { result, outputs } = await runWords(dir)
  expect(result.status).toBe('finished')
  expect(outputs).toEqual(undisturbed.outputs)
  expect(result.metrics).toEqual(undisturbed.result.metrics)
  expect(eventsOf(result.dir).filter((event) => event.type === 'warning')).toEqual([])
  const again = await runWords(dir)
  expect(again.result.stages.map((stage) => stage.status)).toEqual(['hit', 'hit', 'hit', 'hit'])
})

it('keeps the metrics from before a crash when the stage resumes', async () => {
  const dir = newProject()
  await runChild(dir, { crashAt: 'test.third-step' })
  const { result } = await runWords(dir)
  const metrics = eventsOf(result.dir).filter((event) => event.type === 'metric')
  expect(metrics.map(({ step, value, replayed }) => [step, value, replayed])).toEqual([
    [1, 10, true],
    [2, 20, true],
    [3, 30, true],
    [4, 40, false],
  ])
  const { result: cached } = await runWords(dir)
  const replayed = eventsOf(cached.dir).filter((event) => event.type === 'metric')
  expect(replayed.map(({ step }) => step)).toEqual([1, 2, 3, 4])
})

it('computes a stage once when two processes want it', async () => {
  const dir = newProject()
  const running = Promise.all([runChild(dir, { gated: true }), runChild(dir, { gated: true })])
  const runs = join(dir, 'runs')
  const oneWaits = () =>
    (existsSync(runs) ? readdirSync(runs) : [])
      .map((run) => join(runs, run, 'events.jsonl'))
      .some((log) => existsSync(log) && /waiting for its result","stage":"train"/.test(readFileSync(log, 'utf8')))
  while (!oneWaits()) await sleep(50)
  writeFileSync(join(dir, 'go'), '')
  const both = await running
  expect(readFileSync(join(dir, 'computed.log'), 'utf8')).toBe('train\n')
  expect(both.map(({ result }) => result.status)).toEqual(['finished', 'finished'])
  expect(both[0]?.outputs).toEqual(both[1]?.outputs)
  const train = both.map(({ result }) => result.stages.find((stage) => stage.id === 'train'))
  expect(train.map((stage) => stage?.status).sort()).toEqual(['hit', 'ran'])
  const waited = both.find(({ result }) => result.stages.some((s) => s.id === 'train' && s.status === 'hit'))
  const warnings = eventsOf(waited?.result.dir ?? '').filter((event) => event.type === 'warning')
  expect(warnings.some(({ message }) => message.includes('waiting for its result'))).toBe(true)
})
