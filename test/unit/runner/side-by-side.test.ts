import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { defineStage } from '../../../src/registry/stage.ts'
import {
  eventsOf,
  execute,
  experimentOf,
  type FakeStage,
  loadWords,
  type Place,
  reportPage,
  statuses,
  trainCount,
} from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

let root: string
let place: Place
beforeEach(() => {
  root = join(temporaryFolder(), 'words')
  mkdirSync(root)
  writeFileSync(join(root, 'a.txt'), 'boot sandal')
  place = newPlace()
})

let working = 0
let most = 0
/** A stage that takes some time, and counts how many of them are at work. */
const taking = (ms: number) =>
  defineStage({
    ...trainCount,
    uses: 'train/slow',
    async run(ctx) {
      most = Math.max(most, ++working)
      await new Promise((done) => setTimeout(done, ms))
      working--
      return { count: { count: ctx.inputs.words.length + ctx.params.learningRate } }
    },
  })
const slow = taking(60)

const load: FakeStage = {
  id: 'load',
  stage: loadWords,
  get params() {
    return { root }
  },
}
const train = (id: string, learningRate: number, stage = slow): FakeStage => ({
  id,
  stage,
  params: { learningRate },
  inputs: { words: [{ stage: 'load', port: 'words' }] },
})
const report = (...of: string[]): FakeStage => ({
  id: 'report',
  stage: reportPage,
  inputs: { counts: of.map((stage) => ({ stage, port: 'count' })) },
})

it('runs independent stages side by side, and records the same as one after another', async () => {
  const experiment = () => experimentOf([load, train('a', 1), train('b', 2), train('c', 3), report('a', 'b', 'c')])
  const outputs = async (jobs: number) => {
    most = 0
    const { result } = await execute(experiment(), newPlace(), { jobs })
    const keys = result.stages.map(({ id, key, status }) => ({ id, key, status }))
    return { most, keys, metrics: result.metrics }
  }
  const [alone, together] = [await outputs(1), await outputs(2)]
  expect([alone.most, together.most]).toEqual([1, 2])
  expect(together.keys).toEqual(alone.keys)
  expect(together.keys.map(({ id }) => id)).toEqual(['load', 'a', 'b', 'c', 'report'])
})

it('computes what two stages would both make once', async () => {
  most = 0
  const { result } = await execute(
    experimentOf([load, train('a', 1, taking(500)), train('b', 1, taking(500))]),
    place,
    { jobs: 2 },
  )
  expect(most).toBe(1)
  expect(result.stages.map(({ status }) => status).sort()).toEqual(['hit', 'ran', 'ran'])
  expect(result.stages.find(({ status }) => status === 'hit')?.reason).toBe(`computed meanwhile by run ${result.runId}`)
  const said = eventsOf(result.dir).flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  expect(said).toEqual(['another stage of this run computes the same: waiting for its result'])
})

it('brings what is at work to its end when another stage fails, and begins nothing new', async () => {
  const broken = defineStage({
    ...trainCount,
    uses: 'train/broken',
    async run() {
      throw new XpError({ code: 'XP_TEST', exit: 'stageFailed', message: 'broke' })
    },
  })
  const experiment = experimentOf([load, train('a', 1), train('b', 2, broken), train('c', 3), report('a')])
  const run = await execute(experiment, place, { jobs: 2 })
  expect(statuses(run)).toEqual({ load: 'ran', a: 'ran', b: 'failed', c: 'skipped', report: 'skipped' })
  expect(statuses(await execute(experiment, place, { jobs: 2, afterFailure: 'keep-going' }))).toEqual({
    ...{ load: 'hit', a: 'hit', b: 'failed', c: 'ran', report: 'ran' },
  })
})

it('stops what is at work when another stage fails, if that is wanted', async () => {
  const waiting = defineStage({
    ...trainCount,
    uses: 'train/waiting',
    async run({ signal }) {
      await new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)))
      return { count: { count: 1 } }
    },
  })
  const broken = defineStage({
    ...trainCount,
    uses: 'train/broken',
    async run() {
      await new Promise((done) => setTimeout(done, 30))
      throw new XpError({ code: 'XP_TEST', exit: 'stageFailed', message: 'broke' })
    },
  })
  const experiment = experimentOf([load, train('a', 1, waiting), train('b', 2, broken), train('c', 3)])
  const { result } = await execute(experiment, place, { jobs: 2, afterFailure: 'stop' })
  expect(result).toMatchObject({ status: 'failed', error: { code: 'XP_TEST', stage: 'b' } })
  expect(result.stages.map(({ id, status, reason }) => [id, status, reason])).toEqual([
    ['load', 'ran', 'never run'],
    ['a', 'failed', 'another stage failed'],
    ['b', 'failed', 'never run'],
    ['c', 'skipped', 'b failed'],
  ])
})

it('stops everything that is at work when it is interrupted', async () => {
  const stop = new AbortController()
  const stopping = defineStage({
    ...trainCount,
    uses: 'train/stopping',
    async run({ signal }) {
      if (++working === 2) stop.abort(new Error('stop'))
      await new Promise((done) => setTimeout(done, 20))
      working--
      signal.throwIfAborted()
      return { count: { count: 1 } }
    },
  })
  const stages = [load, train('a', 1, stopping), train('b', 2, stopping), train('c', 3, stopping)]
  const run = await execute(experimentOf(stages), place, { jobs: 2, signal: stop.signal })
  expect(run.result.status).toBe('interrupted')
  expect(statuses(run)).toEqual({ load: 'ran', a: 'failed', b: 'failed', c: 'skipped' })
})
