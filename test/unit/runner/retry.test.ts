import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { type AnyStage, defineStage, stageProblem } from '../../../src/registry/stage.ts'
import { withRetries } from '../../../src/runner/retry.ts'
import { eventsOf, execute, trainCount, wordsExperiment } from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

const signal = new AbortController().signal

/** Tries until `failures` have been thrown; answers the tries and the waits in milliseconds. */
async function tried(failures: readonly unknown[], times: number, within = signal) {
  const waits: number[] = []
  let tries = 0
  const attempt = async () => {
    if (tries < failures.length) throw failures[tries++]
    return ++tries
  }
  const onRetry = (_: unknown, next: number, waitMs: number) => void waits.push(next, waitMs)
  return { tries: await withRetries({ times, firstWaitMs: 1 }, attempt, { signal: within, onRetry }), waits }
}

const away = new Error('away')
const error = (exit: 'environment' | 'data') => new XpError({ code: 'XP_TEST', exit, message: exit })

it('tries again with doubled waits what may pass, so often as is said', async () => {
  expect(await tried([], 3)).toEqual({ tries: 1, waits: [] })
  expect(await tried([away, error('environment'), away], 3)).toEqual({ tries: 4, waits: [2, 1, 3, 2, 4, 4] })
  await expect(tried([away, away], 1)).rejects.toBe(away)
})

it('does not try again what is a mistake, nor after an interruption', async () => {
  const mistake = error('data')
  await expect(tried([mistake], 3)).rejects.toBe(mistake)
  await expect(tried([away], 3, AbortSignal.abort(new Error('stop')))).rejects.toBe(away)
  const stop = new AbortController()
  const waiting = withRetries({ times: 1, firstWaitMs: 1e6 }, () => Promise.reject(away), {
    signal: stop.signal,
    onRetry: () => setTimeout(() => stop.abort(new Error('stop')), 5),
  })
  await expect(waiting).rejects.toThrow('abort')
})

it('runs a stage that declares it again, in the same scratch folder, and says so', async () => {
  const root = join(temporaryFolder(), 'words')
  mkdirSync(root)
  writeFileSync(join(root, 'a.txt'), 'sandal')
  const scratches: string[] = []
  const flaky = (retry?: { times: number; firstWaitMs: number }): AnyStage =>
    defineStage({
      ...trainCount,
      uses: 'train/flaky',
      ...(retry !== undefined && { retry }),
      async run(ctx) {
        scratches.push(ctx.scratch)
        if (scratches.length < 3) throw new Error('the line is down')
        return { count: { count: 1 } }
      },
    })
  const run = (train: AnyStage) => execute(wordsExperiment({ root, train }), newPlace())
  const { result } = await run(flaky({ times: 2, firstWaitMs: 10 }))
  expect(result.status).toBe('finished')
  expect([scratches.length, new Set(scratches).size]).toEqual([3, 1])
  const said = eventsOf(result.dir).flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  expect(said).toEqual(['the line is down; try 2 comes in 0.01 s', 'the line is down; try 3 comes in 0.02 s'])
  scratches.length = 0
  expect((await run(flaky())).result.status).toBe('failed')
  expect(scratches).toHaveLength(1)
})

it('names a policy that is none', () => {
  const wrong = { ...trainCount, retry: { times: '3' } } as unknown as AnyStage
  expect(stageProblem(wrong)).toBe('retry must hold the numbers times and firstWaitMs')
  expect(stageProblem({ ...trainCount, retry: { times: 1, firstWaitMs: 0 } } as AnyStage)).toBeUndefined()
})
