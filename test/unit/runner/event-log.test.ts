import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import type { StageEvent } from '../../../src/registry/events.ts'
import { EventLog } from '../../../src/runner/event-log.ts'
import { eventLine, parseEvents } from '../../../src/runner/event-text.ts'
import { StageRecorder } from '../../../src/runner/stage-recorder.ts'
import { eventsOf, RecordingSink, resolved, trainCount } from './fakes.ts'
import { temporaryFolder } from './temporary.ts'

afterEach(() => void vi.useRealTimers())

const progress = (done: number, what = 'images') =>
  ({ type: 'progress', stage: 'train', done, total: 10, what, replayed: false }) as const

it('tells progress at most ten times a second for each bar, and always the end', () => {
  const dir = temporaryFolder()
  const log = new EventLog(join(dir, 'events.jsonl'), [])
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
  for (let done = 1; done <= 10; done++) {
    log.emit(progress(done))
    vi.advanceTimersByTime(30)
  }
  log.emit(progress(1, 'epochs'))
  const told = eventsOf(dir).map((event) => event.type === 'progress' && [event.what, event.done])
  expect(told).toEqual([
    ['images', 1],
    ['images', 5],
    ['images', 9],
    ['images', 10],
    ['epochs', 1],
  ])
})

it.skipIf(!existsSync('/dev/full'))(
  'goes on telling the sinks when the disk is full, and says so when flushed',
  async () => {
    const sink = new RecordingSink()
    const log = new EventLog('/dev/full', [sink])
    log.emit(progress(1))
    expect(sink.events).toHaveLength(1)
    expect(() => log.flush()).toThrow('ENOSPC')
    expect(await log.close()).toEqual([expect.stringContaining('events.jsonl is not whole')])
  },
)

it('keeps numbers that JSON cannot say', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-7, 0]
  const events = values.map((value, step): StageEvent => ({ type: 'metric', name: 'train/loss', value, step }))
  expect(parseEvents(events.map(eventLine).join(''))).toEqual(events)
})

it('leaves out a line cut short and what follows it', () => {
  expect(parseEvents('{"type":"a"}\n{"type":"b\n{"type":"c"}\n')).toEqual([{ type: 'a' }])
  expect(parseEvents('{"type":"a"}\n{"type":"b"}')).toEqual([{ type: 'a' }])
})

it('replaces what a resumed stage says again, and tells only what is new', () => {
  const dir = temporaryFolder()
  const file = join(dir, 'kept.jsonl')
  const metric = (step: number, value: number) => eventLine({ type: 'metric', name: 'train/words', value, step })
  writeFileSync(file, `${metric(1, 10)}${metric(2, 20)}${metric(3, 30)}{"type":"met`)
  const sink = new RecordingSink()
  const log = new EventLog(join(dir, 'events.jsonl'), [sink])
  const recorder = new StageRecorder(resolved({ id: 'train', stage: trainCount }), log, file)
  recorder.metric('train/words', 20, 2)
  recorder.metric('train/words', 31, 3)
  recorder.metric('train/words', 40, 4)
  recorder.warn('careful')
  recorder.warn('careful')
  recorder.close()
  const told = sink.events.map((e) => (e.type === 'metric' ? [e.step, e.value, e.replayed] : e.type))
  expect(told).toEqual([[1, 10, true], [2, 20, true], [3, 30, true], [3, 31, false], [4, 40, false], 'warning'])
  expect(recorder.events.map((e) => (e.type === 'metric' ? e.value : e.type))).toEqual([10, 20, 31, 40, 'warning'])
  expect(parseEvents(readFileSync(file, 'utf8'))).toHaveLength(6)
})
