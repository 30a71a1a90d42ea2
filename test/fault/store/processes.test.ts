import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { eventsOf } from '../../unit/runner/fakes.ts'
import { runWords } from './resuming-words.ts'
import { newProject, runChild } from './words-process.ts'

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
  const running = Promise.all([runChild(dir, { task: 'gated' }), runChild(dir, { task: 'gated' })])
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

it('two processes that run a hundred experiments make each result once', async () => {
  const dir = newProject()
  const [one, other] = await Promise.all([runChild(dir, { task: 'hundred' }), runChild(dir, { task: 'hundred' })])
  expect(one.outputs).toEqual(other.outputs)
  const computed = readFileSync(join(dir, 'computed.log'), 'utf8').trim().split('\n').map(Number)
  expect(computed.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  expect(readdirSync(join(dir, 'runs'))).toHaveLength(200)
  expect(readdirSync(join(dir, '.xp/tmp'))).toEqual([])
}, 240_000)

it('a store that is emptied all the time harms no run', async () => {
  const dir = newProject()
  const emptied = runChild(dir, { task: 'gc-again' })
  const running = Promise.all([runChild(dir, { task: 'hundred' }), runChild(dir, { task: 'hundred' })])
  const runs = await running.finally(() => writeFileSync(join(dir, 'enough'), ''))
  const { result } = (await emptied) as unknown as { result: { rounds: number; removed: number } }
  expect(runs[0]?.outputs).toEqual(runs[1]?.outputs)
  expect(runs[0]?.outputs).toHaveLength(100)
  expect(result.rounds).toBeGreaterThan(3)
  expect(result.removed).toBeGreaterThan(0)
}, 240_000)
