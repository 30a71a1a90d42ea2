import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { deviceUnavailable } from '../../../src/errors/runtime.ts'
import { expectedErrors, XpError, XpErrors } from '../../../src/errors/xp-error.ts'
import type { ResolvedStage } from '../../../src/registry/experiment.ts'
import { type AnyStage, defineStage } from '../../../src/registry/stage.ts'
import {
  eventsOf,
  execute,
  loadWords,
  type Place,
  RecordingSink,
  ran,
  reasonOf,
  statuses,
  trainCount,
  wordsExperiment,
} from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

let root: string
let place: Place
beforeEach(() => {
  root = join(temporaryFolder(), 'words')
  mkdirSync(join(root, 'deep'), { recursive: true })
  writeFileSync(join(root, 'a.txt'), 'boot sandal a')
  writeFileSync(join(root, 'deep', 'b.txt'), 'shoe')
  place = newPlace()
  ran.length = 0
})

const all = (status: string) => ({ load: status, pick: status, train: status, report: status })

it('runs every stage the first time and none the second', async () => {
  const first = await execute(wordsExperiment({ root }), place)
  expect(statuses(first)).toEqual(all('ran'))
  expect(first.result.status).toBe('finished')
  expect(reasonOf(first, 'train')).toBe('never run')
  const second = await execute(wordsExperiment({ root }), place)
  expect(statuses(second)).toEqual(all('hit'))
  expect(reasonOf(second, 'train')).toBe(`unchanged since run ${first.result.runId}`)
  expect(ran).toEqual(['load/words', 'transform/pick', 'train/count', 'report/page'])
  expect(second.result.metrics).toEqual({ 'train/train/words': 3, 'train/words': 3 })
  expect(second.result.metrics).toEqual(first.result.metrics)
  expect(second.result.stages.map((s) => s.key)).toEqual(first.result.stages.map((s) => s.key))
})

it('runs again what depends on a changed param, says why, and finds the old result when it is set back', async () => {
  await execute(wordsExperiment({ root }), place)
  const set = { learningRate: { from: 'set', text: '--set' } } as const
  const changed = await execute(wordsExperiment({ root, learningRate: 3e-5, origins: set }), place)
  // The output bytes do not depend on the rate: the chain stops at train.
  expect(statuses(changed)).toEqual({ ...all('hit'), train: 'ran' })
  expect(reasonOf(changed, 'train')).toBe('learningRate 1e-5 → 3e-5 (--set)')
  expect(statuses(await execute(wordsExperiment({ root }), place))).toEqual(all('hit'))
  const seed = await execute(wordsExperiment({ root, seed: 43 }), place)
  expect(statuses(seed)).toEqual({ load: 'hit', pick: 'hit', train: 'ran', report: 'ran' })
  expect(reasonOf(seed, 'train')).toBe('seed 42 → 43')
  expect(reasonOf(seed, 'report')).toBe('counts input changed (from train)')
})

it('does not take another stage of the experiment for the past of one', async () => {
  const experiment = wordsExperiment({ root })
  const second = { ...experiment.stages[2], id: 'second', params: { learningRate: 1 } } as ResolvedStage
  const run = await execute({ ...experiment, stages: [...experiment.stages, second] }, place)
  expect(reasonOf(run, 'second')).toBe('never run')
  const renamed = { ...second, id: 'third', params: { learningRate: 2 } }
  const again = await execute({ ...experiment, stages: [...experiment.stages, renamed] }, place)
  expect(reasonOf(again, 'third')).toBe('learningRate 1 → 2')
})

it('runs nothing after a touch, a moved folder, another worker count or a renamed stage', async () => {
  await execute(wordsExperiment({ root }), place)
  utimesSync(join(root, 'a.txt'), 1, 1)
  expect(statuses(await execute(wordsExperiment({ root }), place))).toEqual(all('hit'))
  renameSync(root, `${root}-moved`)
  const moved = wordsExperiment({ root: `${root}-moved`, workers: 8, trainId: 'count' })
  expect(statuses(await execute(moved, place))).toEqual({ load: 'hit', pick: 'hit', count: 'hit', report: 'hit' })
})

it('runs again when a file changes, and counts the changed files', async () => {
  await execute(wordsExperiment({ root }), place)
  writeFileSync(join(root, 'a.txt'), 'boot sandal b')
  writeFileSync(join(root, 'new.txt'), '')
  rmSync(join(root, 'deep', 'b.txt'))
  const again = await execute(wordsExperiment({ root }), place)
  expect(statuses(again)).toEqual(all('ran'))
  expect(reasonOf(again, 'load')).toBe('root: content changed (+1 −1 ~1 files)')
  expect(reasonOf(again, 'pick')).toBe('words input changed (from load)')
})

it('compares with the result that was used last', async () => {
  await execute(wordsExperiment({ root }), place)
  await execute(wordsExperiment({ root, learningRate: 2 }), place)
  await execute(wordsExperiment({ root }), place)
  const again = await execute(wordsExperiment({ root, learningRate: 3 }), place)
  expect(reasonOf(again, 'train')).toBe('learningRate 1e-5 → 3')
})

it('runs forced stages again, and only those that --until needs', async () => {
  await execute(wordsExperiment({ root }), place)
  const forced = await execute(wordsExperiment({ root }), place, { force: 'pick' })
  expect(statuses(forced)).toEqual({ ...all('hit'), pick: 'ran' })
  expect(reasonOf(forced, 'pick')).toBe('forced (--force)')
  expect(statuses(await execute(wordsExperiment({ root }), place, { force: true }))).toEqual(all('ran'))
  const until = await execute(wordsExperiment({ root }), newPlace(), { until: 'pick' })
  expect(statuses(until)).toEqual({ load: 'ran', pick: 'ran', train: 'skipped', report: 'skipped' })
  expect(until.result.status).toBe('finished')
  const wrong = execute(wordsExperiment({ root }), place, { until: 'tran' })
  await expect(wrong).rejects.toMatchObject({ code: 'XP_UNKNOWN_STAGE_ID', hint: 'did you mean "train"?' })
})

it('writes the run folder', async () => {
  const { result } = await execute(wordsExperiment({ root }), place)
  expect(result.runId).toMatch(/^\d{8}-\d{6}-words-counts-[0-9a-f]{4}$/)
  expect(readFileSync(join(result.dir, 'resolved.yaml'), 'utf8')).toBe('name: words <&>\n')
  const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
  expect(lock).toMatchObject({ seed: 42, xp: '0.0.0', name: 'Words & counts' })
  expect(lock.stages[0].sources.root).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.parse(readFileSync(join(result.dir, 'metrics.json'), 'utf8'))).toEqual(result.metrics)
  const link = join(result.dir, 'artifacts', 'train.count')
  expect(readlinkSync(link)).toMatch(/^\.\.\//)
  expect(JSON.parse(readFileSync(join(link, 'value.json'), 'utf8'))).toEqual({ count: 45 })
  const html = readFileSync(join(result.dir, 'report.html'), 'utf8')
  expect(html).toContain('<p>45</p>')
  expect(html).toContain('name: words &lt;&amp;&gt;')
  expect(html).toContain('<td class="name">never run</td>')
  expect(html).not.toContain('xp:run')
})

it('logs events without gaps, the same to file and sinks, and replays them on a hit', async () => {
  const sink = new RecordingSink()
  const { result } = await execute(wordsExperiment({ root }), place, { sinks: () => [sink] })
  const logged = eventsOf(result.dir)
  expect(logged).toEqual(sink.events)
  expect(logged.map((event) => event.seq)).toEqual(logged.map((_, i) => i))
  expect(logged[0]?.type).toBe('run-started')
  expect(logged.at(-1)).toMatchObject({ type: 'run-finished', status: 'finished', metrics: result.metrics })
  expect(logged.at(-2)).toMatchObject({ type: 'artifact', name: 'report.html', stage: 'report' })
  const metricsOf = (dir: string, replayed: boolean) =>
    eventsOf(dir).filter((event) => event.type === 'metric' && event.replayed === replayed)
  expect(metricsOf(result.dir, false)).toHaveLength(3)
  const again = await execute(wordsExperiment({ root }), place)
  expect(metricsOf(again.result.dir, true)).toHaveLength(3)
  expect(metricsOf(again.result.dir, false)).toHaveLength(0)
})

it('reports every unreadable source and failed check at once, before anything runs', async () => {
  const checked = defineStage({
    ...trainCount,
    async check() {
      throw new XpError({ code: 'XP_TEST', exit: 'config', message: 'no good' })
    },
  })
  const thrown = await execute(wordsExperiment({ root: `${root}/none`, train: checked }), place).catch((e) => e)
  expect(thrown).toBeInstanceOf(XpErrors)
  const [missing, failed] = (thrown as XpErrors).errors
  expect(missing).toMatchObject({ code: 'XP_SOURCE_UNREADABLE', exit: 'data', where: { file: 'x.yaml#root' } })
  expect(missing?.message).toBe(`load.root: ${root}/none does not exist`)
  expect(failed).toMatchObject({ code: 'XP_TEST', where: { file: 'x.yaml' } })
  expect(existsSync(place.runs)).toBe(false)
})

it('names a link to nothing inside a source folder', async () => {
  symlinkSync('/nowhere', join(root, 'dangling.txt'))
  const thrown = (await execute(wordsExperiment({ root }), place).catch((e) => e)) as XpErrors
  expect(thrown.errors[0]?.message).toBe(`load.root: ${root}/dangling.txt is a link to nothing (root: ${root})`)
  expect(thrown.errors[0]?.hint).toContain('remove or repair the link')
})

it('records a failed stage, skips the rest and keeps what was done', async () => {
  const failing = defineStage({
    ...trainCount,
    async run() {
      throw new XpError({ code: 'XP_TEST', exit: 'stageFailed', message: 'it broke', hint: 'mend it' })
    },
  })
  const { result, thrown } = await execute(wordsExperiment({ root, train: failing }), place)
  expect(result.status).toBe('failed')
  expect(result.error).toEqual({ code: 'XP_TEST', message: 'it broke', hint: 'mend it', stage: 'train' })
  expect(thrown).toBeInstanceOf(XpError)
  expect(statuses({ result })).toEqual({ load: 'ran', pick: 'ran', train: 'failed', report: 'skipped' })
  expect(eventsOf(result.dir).at(-1)).toMatchObject({ type: 'run-finished', status: 'failed', error: result.error })
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ load: 'hit', train: 'ran' })
})

it('with keepGoing runs what no failure stands before, and tells every failure', async () => {
  const failing = (message: string) =>
    defineStage({
      ...trainCount,
      uses: 'train/broken',
      async run() {
        throw new XpError({ code: 'XP_TEST', exit: 'stageFailed', message })
      },
    })
  const [load, pick, train, report] = wordsExperiment({ root }).stages
  const counting = (id: string, stage: AnyStage) => ({ ...(train as ResolvedStage), id, stage })
  const after = (id: string, ...of: string[]) => ({
    ...(report as ResolvedStage),
    id,
    inputs: { counts: of.map((stage) => ({ stage, port: 'count' })) },
  })
  const experiment = {
    ...wordsExperiment({ root }),
    stages: [
      load as ResolvedStage,
      pick as ResolvedStage,
      counting('one', failing('one broke')),
      counting('two', trainCount),
      counting('three', failing('three broke')),
      after('of-one', 'two', 'one'),
      after('of-two', 'two'),
    ],
  }
  const run = await execute(experiment, place, { afterFailure: 'keep-going' })
  expect(statuses(run)).toEqual({
    load: 'ran',
    pick: 'ran',
    one: 'failed',
    two: 'ran',
    three: 'failed',
    'of-one': 'skipped',
    'of-two': 'ran',
  })
  expect(reasonOf(run, 'of-one')).toBe('one failed')
  expect(run.result).toMatchObject({ status: 'failed', error: { stage: 'one' } })
  expect(expectedErrors(run.thrown).map(({ message }) => message)).toEqual(['one broke', 'three broke'])
  const fast = await execute(experiment, place, { force: true, jobs: 1 })
  expect(statuses(fast)).toMatchObject({ one: 'failed', two: 'skipped', three: 'skipped', 'of-two': 'skipped' })
  expect(statuses(await execute(experiment, place))).toMatchObject({ one: 'failed', two: 'hit', 'of-two': 'hit' })
})

it('refuses to force a stage that does not take part', async () => {
  const asked = execute(wordsExperiment({ root }), place, { force: ['report'], until: 'pick' })
  await expect(asked).rejects.toMatchObject({ code: 'XP_FORCED_LEFT_OUT', exit: 'config' })
})

it('records a bug as one', async () => {
  const buggy = defineStage({
    ...trainCount,
    async run(ctx) {
      ctx.metric('train/wrods' as 'train/words', 1, 1)
      return { count: { count: 1 } }
    },
  })
  const { result, thrown } = await execute(wordsExperiment({ root, train: buggy }), place)
  expect(result.error).toMatchObject({ code: 'XP_BUG', stage: 'train' })
  expect(result.error?.message).toBe('TypeError: train/count does not declare the metric train/wrods')
  expect(thrown).toBeInstanceOf(TypeError)
})

it('stops when the signal is aborted and says so', async () => {
  const controller = new AbortController()
  const sink = new RecordingSink()
  sink.handle = (event) => {
    if (event.type === 'metric') controller.abort()
  }
  const options = { signal: controller.signal, sinks: () => [sink] }
  const run = await execute(wordsExperiment({ root }), place, options)
  expect(run.result.status).toBe('interrupted')
  expect(statuses(run)).toEqual({ load: 'ran', pick: 'ran', train: 'failed', report: 'skipped' })
  expect(reasonOf(run, 'train')).toBe('interrupted')
  expect(run.result.error).toBeUndefined()
})

it('lets no sink fail the run', async () => {
  const sink = {
    name: 'broken',
    handle() {
      throw new Error('no')
    },
    close: async () => ({ undelivered: '3 metrics were not sent' }),
  }
  const { result } = await execute(wordsExperiment({ root }), place, { sinks: () => [sink] })
  expect(result.status).toBe('finished')
  expect(result.warnings).toEqual(['broken: no', '3 metrics were not sent'])
})

it('refuses seed and engine to a stage that does not declare them', async () => {
  for (const need of ['seed', 'engine'] as const) {
    const sly = defineStage({
      ...trainCount,
      needs: [],
      async run(ctx) {
        return { count: { count: Number(ctx[need]) } }
      },
    })
    const { result } = await execute(wordsExperiment({ root, train: sly }), newPlace())
    expect(result.error?.message).toContain(`uses the ${need} without declaring`)
  }
})

it('keeps no result whose source changed while it was read', async () => {
  const meddler = defineStage({
    ...trainCount,
    async run() {
      return { count: { count: 1 } }
    },
  })
  const load = defineStage({
    ...loadWords,
    async run(ctx) {
      const made = await loadWords.run(ctx)
      writeFileSync(join(root, 'a.txt'), 'changed')
      return made
    },
  })
  const experiment = wordsExperiment({ root, train: meddler })
  const stages = experiment.stages.map((s) => (s.id === 'load' ? { ...s, stage: load } : s))
  const { result } = await execute({ ...experiment, stages }, place)
  expect(result.error).toMatchObject({ code: 'XP_SOURCE_CHANGED', stage: 'load' })
  expect(result.error?.message).toContain('(~1 files)')
  expect(statuses(await execute(wordsExperiment({ root }), place))).toMatchObject({ load: 'ran' })
})

it('creates the engine only when a stage that needs it runs', async () => {
  const computing = defineStage({
    ...trainCount,
    needs: ['seed', 'engine'],
    async run(ctx) {
      return { count: { count: Object.keys(ctx.engine.facts).length } }
    },
  })
  let created = 0
  let disposed = 0
  const createEngine = async () => {
    created++
    return { facts: { engine: 'fake' }, dispose: async () => disposed++ } as never
  }
  const experiment = wordsExperiment({ root, train: computing })
  await execute(experiment, place, { createEngine })
  await execute(experiment, place, { createEngine })
  expect([created, disposed]).toEqual([1, 1])
  const other = await execute(experiment, place, { createEngine, engineFacts: async () => ({ engine: 'other' }) })
  expect(reasonOf(other, 'train')).toBe('engine (engine) fake → other')
  expect(other.result.error).toMatchObject({ code: 'XP_BUG' })
})

it('checks the engine before any work, and only when a stage that needs it may have to run', async () => {
  const computing = defineStage({ ...trainCount, needs: ['seed', 'engine'] })
  const experiment = wordsExperiment({ root, train: computing })
  let checks = 0
  const checkEngine = async () => {
    checks++
  }
  const broken = async () => {
    throw new Error('no such device')
  }
  await expect(execute(experiment, place, { checkEngine: broken })).rejects.toThrow('no such device')
  expect(existsSync(place.runs)).toBe(false)
  await execute(experiment, place, { checkEngine })
  expect(checks).toBe(1)
  await execute(experiment, place, { checkEngine })
  await execute(experiment, place, { checkEngine, force: ['load'] })
  expect(checks).toBe(1)
  await execute(experiment, place, { checkEngine, force: ['train'] })
  await execute(wordsExperiment({ root, train: computing, atLeast: 2 }), place, { checkEngine })
  expect(checks).toBe(3)
  await execute(wordsExperiment({ root, atLeast: 1 }), place, { checkEngine: broken })
})

it('says what is wrong with the engine beside what is wrong with the data', async () => {
  const computing = defineStage({ ...trainCount, needs: ['engine'] })
  const engineFacts = async () => {
    throw deviceUnavailable('cuda', 'there is none')
  }
  const run = execute(wordsExperiment({ root: join(root, 'gone'), train: computing }), place, { engineFacts })
  const codes = expectedErrors(await run.catch((thrown) => thrown)).map(({ code }) => code)
  expect(codes).toEqual(['XP_DEVICE_UNAVAILABLE', 'XP_SOURCE_UNREADABLE'])
})

it('warns when a forced stage makes other bytes', async () => {
  const fickle = defineStage({ ...trainCount, run: async () => ({ count: { count: Math.random() } }) })
  const experiment = wordsExperiment({ root, train: fickle })
  const first = await execute(experiment, place)
  const { result } = await execute(experiment, place, { force: ['train'] })
  const warnings = eventsOf(result.dir).filter((event) => event.type === 'warning')
  expect(warnings.map(({ message }) => message)).toEqual([
    `count has other bytes than the same stage made in run ${first.result.runId}`,
  ])
})

it('names the folder in which no run can be recorded', async () => {
  const run = execute(wordsExperiment({ root }), { ...place, runs: join(root, 'a.txt', 'runs') })
  await expect(run).rejects.toMatchObject({ code: 'XP_RUNS_NOT_WRITABLE', exit: 'environment' })
})
