import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import type { RunEvent, RunEventBody } from '../../../src/registry/events.ts'
import { createConsoleSink } from '../../../src/tracking/console/sink.ts'

class Screen extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk
    done()
  }
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}

const facts = {
  runId: 'run-1',
  name: 'shoes',
  dir: 'runs/run-1',
  file: 'shoes.yaml',
  seed: 1,
  params: {},
  tags: {},
  stages: [
    { id: 'load', uses: 'load/imagefolder' },
    { id: 'train', uses: 'train/supervised' },
  ],
}
const started: RunEventBody = { type: 'run-started', run: facts }
const trainStarted: RunEventBody = { type: 'stage-started', stage: 'train', uses: 'train/supervised', reason: '' }
const metric = (name: string, value: number, epoch?: number, replayed = false): RunEventBody => ({
  type: 'metric',
  stage: 'train',
  replayed,
  name,
  value,
  step: 1,
  ...(epoch === undefined ? {} : { epoch }),
})
const progress = (done: number, total = 100, what = 'images', replayed = false): RunEventBody => ({
  type: 'progress',
  stage: 'train',
  replayed,
  done,
  total,
  what,
})
const ended = (over: object = {}): RunEventBody => ({
  type: 'stage-finished',
  stage: 'train',
  uses: 'train/supervised',
  status: 'ran',
  reason: 'learningRate 1e-5 → 3e-5 (--set)',
  ms: 412_300,
  ...over,
})

/** What the sink writes for events one second apart, or at the given seconds. */
function shown(bodies: readonly (RunEventBody | [second: number, body: RunEventBody])[], color = false): string[] {
  const screen = new Screen()
  const sink = createConsoleSink({ stream: screen, isTTY: false, color })
  for (const [seq, entry] of bodies.entries()) {
    const [second, body] = Array.isArray(entry) ? entry : [seq, entry]
    sink.handle({ seq, time: second * 1000, ...body } as RunEvent)
  }
  return screen.lines
}

it('tells each finished stage in one line: what, how, how long, why', () => {
  const lines = shown([
    started,
    { type: 'stage-started', stage: 'load', uses: 'load/imagefolder', reason: '' },
    ended({ stage: 'load', status: 'hit', ms: 12, reason: 'unchanged' }),
    trainStarted,
    ended(),
    trainStarted,
    ended({ status: 'failed', ms: 900, reason: 'cannot decode x.jpg' }),
    ended({ status: 'skipped', ms: 0, reason: 'train failed' }),
  ])
  expect(lines[0]).toBe('shoes  run run-1, 2 stages')
  expect(lines.filter((l) => /^[●✓✗–]/.test(l))).toEqual([
    '● load    hit            0.0 s',
    '✓ train   ran          412.3 s  learningRate 1e-5 → 3e-5 (--set)',
    '✗ train   failed         0.9 s  cannot decode x.jpg',
    '– train   skipped               train failed',
  ])
})

it('is silent about stages that take no part', () => {
  const lines = shown([
    started,
    ended({ stage: 'later', status: 'skipped', ms: 0, reason: 'not needed for --until train' }),
  ])
  expect(lines).toEqual(['shoes  run run-1, 2 stages'])
})

it('gives one aligned row per epoch, with the mean training loss', () => {
  const lines = shown([
    started,
    trainStarted,
    metric('train/loss', 1, 1),
    metric('train/loss', 2, 1),
    metric('validation/loss', 0.5, 1),
    metric('validation/accuracy', 0.75, 1),
    metric('validation/f1', 0.7, 1),
    metric('train/loss', 0.25, 2),
    metric('validation/loss', 0.125, 2),
    ended(),
  ])
  expect(lines.slice(2, -1)).toEqual([
    '    epoch train loss  val. loss   accuracy         F1',
    '        1      1.500     0.5000     0.7500     0.7000',
    '        2     0.2500     0.1250          –          –',
  ])
})

it('gives rows without a validation part too, also where epochs are fractions', () => {
  const lines = shown([
    started,
    trainStarted,
    metric('train/loss', 3, 0.5),
    metric('train/loss', 1, 1),
    metric('train/loss', 1, 1.5),
    ended(),
  ])
  expect(lines.slice(3, -1).map((l) => l.trim().split(/\s+/).slice(0, 2))).toEqual([
    ['1', '2.000'],
    ['2', '1.000'],
  ])
})

it('without a terminal, progress is a line every ten seconds at most, with speed, loss and time left', () => {
  const seconds = Array.from({ length: 100 }, (_, i) => [i, progress(i)] as [number, RunEventBody])
  const lines = shown([[0, started], [0, trainStarted], [0, metric('train/loss', 0.5, 1)], ...seconds])
  const told = lines.filter((l) => l.includes('%'))
  expect(told).toHaveLength(9)
  expect(told[0]).toBe('  train: 10 %, 10/100 images, 1.000 images/s, loss 0.5000, ETA 1 min 30 s')
})

it('validation within training moves no bar back and promises no end', () => {
  const lines = shown([
    [0, started],
    [0, trainStarted],
    [0, progress(0)],
    [20, progress(60)],
    [21, progress(1, 10, 'validation of epoch 1')],
    [99, progress(9, 10, 'validation of epoch 1')],
  ])
  expect(lines.filter((l) => l.includes('%'))).toEqual([
    '  train: 60 %, 60/100 images, 3.000 images/s, ETA 14 s',
    '  train: 60 %, validation of epoch 1: 9/10, 0.1026/s',
  ])
})

it('says that a stage goes on from an interrupted run', () => {
  const lines = shown([started, trainStarted, metric('train/loss', 1, 1, true), progress(50), progress(60), ended()])
  expect(lines.filter((l) => l.includes('interrupted'))).toEqual(['    goes on from an interrupted run, at 50 %'])
})

it('slow work is told once a minute', () => {
  const slow = Array.from({ length: 30 }, (_, i) => [i * 10, progress(i, 10_000)] as [number, RunEventBody])
  expect(shown([[0, started], [0, trainStarted], ...slow]).filter((l) => l.includes('%'))).toHaveLength(4)
})

it('replayed progress and metrics draw nothing', () => {
  const replay = Array.from(
    { length: 50 },
    (_, i) => [i * 20, progress(i, 50, 'images', true)] as [number, RunEventBody],
  )
  const lines = shown([
    [0, started],
    [0, trainStarted],
    ...replay,
    [1000, metric('validation/loss', 1, 1, true)],
    [1001, ended()],
  ])
  expect(lines).toHaveLength(3)
})

it('the end tells status, scores, report and run folder; a short name makes its long one needless', () => {
  const lines = shown([
    started,
    { type: 'artifact', stage: 'report', name: 'report.html', path: 'runs/run-1/report.html' },
    {
      type: 'run-finished',
      status: 'finished',
      metrics: { 'train/loss': 1, 'test/accuracy': 0.994, 'evaluate/test/accuracy': 0.994, 'load/images': 12_000 },
    },
  ])
  expect(lines.slice(1)).toEqual([
    'finished in 2.0 s',
    '  test/accuracy  0.9940',
    '  report         runs/run-1/report.html',
    '  run            runs/run-1',
  ])
})

it('shows the final scores of a stage that has no epochs', () => {
  const lines = shown([started, trainStarted, metric('test/accuracy', 0.994), metric('test/f1', 0.99), ended()])
  expect(lines.at(-1)).toBe('    test/accuracy 0.9940   test/f1 0.9900')
})

it('a message cannot send commands to the terminal', () => {
  const lines = shown([started, { type: 'warning', stage: 'train', replayed: false, message: 'a\u001b[2Jb\u0007' }])
  expect(lines.at(-1)).toBe('! train   a�[2Jb�')
})

it('colours only when asked to', () => {
  const bodies = [started, trainStarted, ended()]
  expect(shown(bodies, false).join('')).not.toContain('\u001b[')
  expect(shown(bodies, true).join('')).toContain('\u001b[')
})

it('a closed stream ends the telling, not the run', async () => {
  const broken = {
    write: () => {
      throw new Error('EPIPE')
    },
  } as unknown as NodeJS.WritableStream
  const sink = createConsoleSink({ stream: broken, isTTY: false })
  expect(() => sink.handle({ seq: 0, time: 0, ...started })).not.toThrow()
  expect(await sink.close()).toEqual({})
})

it('on a terminal a bar lives while a stage runs and leaves no trace', async () => {
  const screen = Object.assign(new Screen(), { isTTY: true, columns: 100 })
  const sink = createConsoleSink({ stream: screen, isTTY: true, color: false })
  const tell = (seq: number, body: RunEventBody) => sink.handle({ seq, time: seq * 1000, ...body } as RunEvent)
  tell(0, started)
  tell(1, trainStarted)
  // The bars load lazily, so the first progress may come too early to be shown.
  let seq = 2
  while (!screen.text.includes('━')) {
    tell(seq++, progress(50))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  tell(seq++, ended())
  tell(seq++, { type: 'run-finished', status: 'finished', metrics: {} })
  const after = screen.text.slice(screen.text.indexOf('✓ train'))
  expect(after).not.toContain('━')
  expect(screen.text.slice(screen.text.lastIndexOf('━'))).toContain('\u001b[0J')
  const length = screen.text.length
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(screen.text.length).toBe(length)
  await sink.close()
})
