import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { eventsOf } from '../../unit/runner/fakes.ts'
import { runWords } from './resuming-words.ts'
import { newProject, root, runChild } from './words-process.ts'

const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** Every crash point of the runner, the store and what they stand on; others are tried where their code is tested. */
const crashPoints = ['src/runner', 'src/std']
  .flatMap((folder) =>
    filesOf(folder).flatMap((file) => [
      ...readFileSync(join(root, folder, file), 'utf8').matchAll(/crashPoint\('([^']+)'\)/g),
    ]),
  )
  .map((match) => match[1] ?? '')

/** What has to have happened before for a run to come past a point. */
const before: Readonly<Record<string, (dir: string) => Promise<unknown>>> = {
  'store.touched': runWords,
  'store.result-discarded': spoilt,
  'store.old-object-removed': spoilt,
  'cache.set-aside': runWords,
  'cache.result-removed': runWords,
  'cache.object-removed': runWords,
}

/** A run whose counted words were cut off on the disk since, under a manifest that is whole or not. */
async function spoilt(dir: string) {
  const { result } = await runWords(dir)
  truncateSync(join(result.dir, 'artifacts/train.count/value.json'), 3)
  // Without its result the artifact is only found when the same one is written again.
  for (const shard of readdirSync(join(dir, '.xp/results')))
    for (const key of readdirSync(join(dir, '.xp/results', shard))) {
      const manifest = join(dir, '.xp/results', shard, key, 'manifest.json')
      if (readFileSync(manifest, 'utf8').includes('"stage":"load"')) rmSync(join(manifest, '../events.jsonl'))
    }
}

const undisturbed = await runWords(newProject())

it('knows at least 25 crash points', () => {
  expect(new Set(crashPoints).size).toBe(crashPoints.length)
  expect(crashPoints.length).toBeGreaterThanOrEqual(25)
  expect(Object.keys(before).filter((name) => !crashPoints.includes(name))).toEqual([])
  expect(undisturbed.result.status).toBe('finished')
})

it.each([...crashPoints, 'test.third-step'])('ends with the undisturbed bytes after SIGKILL at %s', async (crashAt) => {
  const dir = newProject()
  await before[crashAt]?.(dir)
  const task = crashAt.startsWith('cache.') ? 'gc' : 'once'
  expect((await runChild(dir, { crashAt, task })).signal).toBe('SIGKILL')
  const { result, outputs } = await runWords(dir)
  expect(result.status).toBe('finished')
  expect(outputs).toEqual(undisturbed.outputs)
  expect(result.metrics).toEqual(undisturbed.result.metrics)
  expect(eventsOf(result.dir).filter((event) => event.type === 'warning')).toEqual([])
  const again = await runWords(dir)
  expect(again.result.stages.map((stage) => stage.status)).toEqual(['hit', 'hit', 'hit', 'hit'])
})
