import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import type { ResolvedExperiment } from '../../../src/registry/experiment.ts'
import { prepare } from '../../../src/runner/prepare.ts'
import { openStore } from '../../../src/runner/store.ts'
import { whyStage } from '../../../src/runner/why.ts'
import { whyText } from '../../../src/tracking/console/why-text.ts'
import { execute, type Place, wordsExperiment } from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

let place: Place
let root: string
beforeEach(() => {
  place = newPlace()
  root = join(temporaryFolder(), 'words')
  mkdirSync(root)
  writeFileSync(join(root, 'a.txt'), 'boot sandal')
  writeFileSync(join(root, 'b.txt'), 'shoe')
})

async function why(stage: string, experiment: ResolvedExperiment) {
  const options = { engineFacts: async () => ({ engine: 'fake' }) }
  const { stages, snapshot } = await prepare(experiment, await openStore(place.store), options)
  return whyStage(stage, stages, snapshot)
}

it('names the run that made a result', async () => {
  const { result } = await execute(wordsExperiment({ root }), place)
  const answer = await why('train', wordsExperiment({ root }))
  expect(answer).toMatchObject({ status: 'hit', madeBy: result.runId, differences: [], causes: [] })
  expect(whyText(answer)).toEqual(['train  train/count: comes from the cache', `  made by run ${result.runId}`])
})

it('names every ingredient that differs from the nearest result, with where it came from', async () => {
  const { result } = await execute(wordsExperiment({ root }), place)
  const origins = { learningRate: { from: 'set' as const, text: '--set' } }
  const answer = await why('train', wordsExperiment({ root, learningRate: 3e-5, seed: 7, origins }))
  expect(answer).toMatchObject({ status: 'run', comparedWith: { run: result.runId, stage: 'train' } })
  expect(answer.differences).toEqual([
    { ingredient: 'params.learningRate', text: 'learningRate 1e-5 → 3e-5 (--set)', was: 1e-5, now: 3e-5 },
    { ingredient: 'seed', text: 'seed 42 → 7', was: 42, now: 7 },
  ])
  expect(whyText(answer)).toEqual([
    'train  train/count: runs',
    `  compared with its nearest earlier result, of run ${result.runId}:`,
    '  learningRate 1e-5 → 3e-5 (--set)',
    '  seed 42 → 7',
  ])
})

it('names the files of a folder that changed', async () => {
  await execute(wordsExperiment({ root }), place)
  writeFileSync(join(root, 'a.txt'), 'boot boot')
  writeFileSync(join(root, 'c.txt'), 'flip-flop')
  rmSync(join(root, 'b.txt'))
  const { differences } = await why('load', wordsExperiment({ root }))
  expect(differences).toMatchObject([
    { text: 'root: content changed (+1 −1 ~1 files)', files: ['~ a.txt', '+ c.txt', '− b.txt'] },
  ])
})

it('follows the chain to the first cause', async () => {
  await execute(wordsExperiment({ root }), place)
  const answer = await why('report', wordsExperiment({ root, atLeast: 5 }))
  expect(answer).toMatchObject({ status: 'pending', reason: 'pick runs: atLeast 3 → 5', differences: [] })
  expect(answer.causes).toEqual([
    { stage: 'train', reason: 'takes from pick, which runs' },
    { stage: 'pick', reason: 'atLeast 3 → 5' },
  ])
  expect(whyText(answer)[1]).toBe('  first cause: pick runs: atLeast 3 → 5')
})

it('says that a stage never ran, and knows no other', async () => {
  expect(await why('load', wordsExperiment({ root }))).toMatchObject({ status: 'run', reason: 'never run' })
  await expect(why('lood', wordsExperiment({ root }))).rejects.toMatchObject({
    code: 'XP_UNKNOWN_STAGE_ID',
    message: 'xp why: the experiment has no stage "lood"',
    hint: 'did you mean "load"?',
  })
})
