import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Dataset } from '../../../src/artifacts/dataset.ts'
import { stratifiedTrainTestSplit, trainTestSplit } from '../../../src/splitting/train-test-split.ts'
import huggingface from '../../../src/stages/split/huggingface.ts'

interface Split {
  readonly counts: readonly number[]
  readonly seed: number
  readonly size: number
  readonly stratify: boolean
  readonly train: readonly number[]
  readonly test: readonly number[]
}

const { splits } = JSON.parse(readFileSync(new URL('../../goldens/split.json', import.meta.url), 'utf8')) as {
  readonly splits: readonly Split[]
}

/** Class after class in turns, until each has its count; as make_split.py. */
function labelsOf(counts: readonly number[]): number[] {
  const rounds = Array.from({ length: Math.max(...counts) }, (_, round) => round)
  return rounds.flatMap((round) => counts.flatMap((count, label) => (count > round ? [label] : [])))
}

it.each(splits)('$counts, $size, seed $seed, stratify $stratify: the rows of train_test_split', (expected) => {
  const labels = labelsOf(expected.counts)
  const { train, test } = expected.stratify
    ? stratifiedTrainTestSplit(labels, expected.size, expected.seed)
    : trainTestSplit(labels.length, expected.size, expected.seed)
  expect({ train, test }).toEqual({ train: expected.train, test: expected.test })
})

it('the goldens hold both kinds', () => {
  expect(splits.filter(({ stratify }) => stratify).length).toBeGreaterThan(10)
  expect(splits.filter(({ stratify }) => !stratify).length).toBeGreaterThan(10)
})

const dataset = (perClass: readonly number[]): Dataset => ({
  classes: perClass.map((_, label) => `class ${label}`),
  source: 'tree',
  parts: {
    all: perClass.flatMap((n, label) =>
      Array.from({ length: n }, (_, i) => ({ file: `${label}/${i}.jpg`, sha256: `${label}-${i}`, label })),
    ),
  },
})

async function split(of: Dataset, params: { test?: number; validation?: number; stratify?: boolean; of?: string }) {
  const warnings: string[] = []
  const metrics: Record<string, number> = {}
  const ctx = {
    params: { test: 0, validation: 0, stratify: false, ...params },
    inputs: { dataset: of },
    seed: 42,
    warn: (message: string) => void warnings.push(message),
    metric: (name: string, value: number) => {
      metrics[name] = value
    },
  }
  const { dataset: made } = await huggingface.run(ctx as never)
  return { ...made, warnings, metrics }
}

it('rows are numbered by path, whatever the order of the examples, and validation is split off the rest', async () => {
  const given = dataset([6, 6])
  const made = await split(given, { test: 0.25, validation: 3 })
  const paths = given.parts.all?.map(({ file }) => file).sort() ?? []
  const first = trainTestSplit(12, 0.25, 42)
  const second = trainTestSplit(9, 3, 42)
  const files = (part: string) => made.parts[part]?.map(({ file }) => file)
  expect(files('test')).toEqual(first.test.map((i) => paths[i]))
  expect(files('validation')).toEqual(second.test.map((i) => paths[first.train[i] as number]))
  expect(files('train')).toEqual(second.train.map((i) => paths[first.train[i] as number]))
  expect(Object.keys(made.parts)).toEqual(['train', 'validation', 'test'])
  expect(made.metrics).toEqual({ 'split/train': 6, 'split/validation': 3, 'split/test': 3 })
  const turned = { ...given, parts: { all: given.parts.all?.toReversed() ?? [] } }
  expect((await split(turned, { test: 0.25, validation: 3 })).parts).toEqual(made.parts)
})

it('stratify keeps the proportions', async () => {
  const made = await split(dataset([20, 10]), { test: 0.2, validation: 0.25, stratify: true })
  const count = (part: string) => [0, 1].map((label) => made.parts[part]?.filter((e) => e.label === label).length)
  expect([count('train'), count('validation'), count('test')]).toEqual([
    [12, 6],
    [4, 2],
    [4, 2],
  ])
})

it('a part of a split dataset is split, and the others stay as they are', async () => {
  const whole = dataset([8, 8]).parts.all ?? []
  const given: Dataset = { ...dataset([8, 8]), parts: { test: whole.slice(0, 4), train: whole.slice(4) } }
  const made = await split(given, { validation: 0.25, of: 'train' })
  expect(Object.keys(made.parts)).toEqual(['train', 'validation', 'test'])
  expect(made.parts.test).toEqual(given.parts.test)
  expect(new Set([...(made.parts.train ?? []), ...(made.parts.validation ?? [])])).toEqual(new Set(given.parts.train))
  expect(made.parts.validation).toHaveLength(3)
  await expect(split(given, { validation: 0.25 })).rejects.toMatchObject({ code: 'XP_ALREADY_SPLIT' })
  await expect(split(given, { test: 0.25, of: 'train' })).rejects.toMatchObject({ code: 'XP_PART_TWICE' })
  await expect(split(given, { validation: 0.25, of: 'training' })).rejects.toMatchObject({
    code: 'XP_NO_SUCH_PART',
    message: expect.stringContaining('test, train'),
  })
})

it('what cannot be split is refused by name, and a class that a part lacks is said', async () => {
  const params = { test: 1.5, validation: 0, stratify: false, leaks: 'warn' as const }
  await expect(huggingface.check?.({ params, sources: {}, foreseen: {}, engine: {} })).rejects.toMatchObject({
    code: 'XP_SPLIT_SIZE',
  })
  const none = { test: 0, validation: 0, stratify: false, leaks: 'warn' as const }
  await expect(huggingface.check?.({ params: none, sources: {}, foreseen: {}, engine: {} })).rejects.toMatchObject({
    code: 'XP_SPLIT_SIZE',
  })
  await expect(split(dataset([3, 3]), { test: 6 })).rejects.toMatchObject({ code: 'XP_EMPTY_PART' })
  await expect(split(dataset([5, 1]), { test: 0.5, stratify: true })).rejects.toMatchObject({
    code: 'XP_TOO_FEW_TO_STRATIFY',
    message: expect.stringContaining('"class 1"'),
  })
  await expect(split(dataset([5, 5, 5]), { test: 2, stratify: true })).rejects.toMatchObject({
    message: expect.stringContaining('(2 images)'),
  })
  expect((await split(dataset([9, 9, 9]), { test: 1 })).warnings).toEqual([expect.stringContaining('part "test"')])
})
