import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCheckpoint } from '../../../src/artifacts/checkpoint-folder.ts'
import { readModelWeights } from '../../../src/artifacts/model.ts'
import { XpError } from '../../../src/errors/xp-error.ts'
import { asFloat32, readSafetensors, writeSafetensors } from '../../../src/std/safetensors.ts'
import { TensorsOnDisk } from '../../../src/std/tensors-on-disk.ts'

const tiny = resolve(import.meta.dirname, '../../goldens/vit-tiny')
const indexName = 'model.safetensors.index.json'
const shardName = (i: number) => `model-0000${i + 1}-of-00003.safetensors`

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-shards-'))
  await cp(tiny, dir, { recursive: true })
  const { tensors, metadata } = await readSafetensors(join(tiny, 'model.safetensors'))
  const shards = [0, 1, 2].map(() => new Map<string, { shape: readonly number[]; data: Float32Array }>())
  const weight_map: Record<string, string> = {}
  for (const [i, [name, tensor]] of [...tensors].entries()) {
    shards[i % 3]?.set(name, { shape: tensor.shape, data: asFloat32(tensor) })
    weight_map[name] = shardName(i % 3)
  }
  for (const [i, shard] of shards.entries()) await writeSafetensors(join(dir, shardName(i)), shard, metadata)
  await writeFile(join(dir, indexName), JSON.stringify({ metadata: { total_size: 0 }, weight_map }))
  await rm(join(dir, 'model.safetensors'))
})
afterEach(() => rm(dir, { recursive: true }))

type WeightMap = Record<string, unknown>
const editMap = async (edit: (map: WeightMap) => void) => {
  const file = join(dir, indexName)
  const index = JSON.parse(await readFile(file, 'utf8')) as { weight_map: WeightMap }
  edit(index.weight_map)
  await writeFile(file, JSON.stringify(index))
}
const failure = async () => {
  const error = await openCheckpoint(dir).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof XpError)) throw new Error(`not an XpError: ${error}`)
  expect(error.exit).toBe('data')
  return error
}

it('reads shards as the one file they were', async () => {
  const { tensors, file } = await openCheckpoint(dir)
  expect(file).toBe(join(dir, indexName))
  const sorted = (weights: Iterable<[string, Float32Array]>) => [...weights].sort(([a], [b]) => (a < b ? -1 : 1))
  expect(sorted(new TensorsOnDisk(tensors))).toEqual(sorted(await readModelWeights(tiny)))
})

it('reads shards through links, and names one that leads nowhere', async () => {
  await rename(join(dir, shardName(1)), join(dir, 'blob'))
  await symlink('blob', join(dir, shardName(1)))
  expect((await openCheckpoint(dir)).tensors.size).toBeGreaterThan(10)
  await rm(join(dir, 'blob'))
  const error = await failure()
  expect(error.code).toBe('XP_UNREADABLE_WEIGHTS')
  expect(error.message).toContain(shardName(1))
})

it('names every shard that is missing', async () => {
  await rm(join(dir, shardName(0)))
  await rm(join(dir, shardName(2)))
  const error = await failure()
  expect(error.code).toBe('XP_MISSING_SHARDS')
  expect(error.message).toMatch(/00001-of-00003\.safetensors, model-00003-of/)
})

const bias = 'classifier.bias'
const maps: Record<string, [(map: WeightMap) => void, RegExp]> = {
  'a tensor in another shard than the index says': [
    (map) => {
      map[bias] = map[bias] === shardName(0) ? shardName(1) : shardName(0)
    },
    /"classifier\.bias"/,
  ],
  'a tensor that no shard has': [
    (map) => {
      map.extra = shardName(0)
    },
    /"extra" is in model-00001-of-00003\.safetensors, where it is not/,
  ],
  'a tensor that the index does not know': [
    (map) => {
      delete map[bias]
    },
    /"classifier\.bias" is in model-.*does not know it/,
  ],
  ...Object.fromEntries(
    [
      '../other.safetensors',
      '/etc/other.safetensors',
      'a\\b.safetensors',
      'c:x.safetensors',
      'x.bin',
      'a\0.safetensors',
      3,
    ].map((shard): [string, [(map: WeightMap) => void, RegExp]] => [
      `the shard ${JSON.stringify(shard)}`,
      [
        (map) => {
          map[bias] = shard
        },
        /"classifier\.bias".*not the name of a \.safetensors file beside the index/,
      ],
    ]),
  ),
}
it.each(Object.entries(maps))('it refuses: %s', async (_, [edit, message]) => {
  await editMap(edit)
  const error = await failure()
  expect(error.code).toBe('XP_BAD_SHARD_INDEX')
  expect(error.message).toMatch(message)
  expect(error.message).toContain(indexName)
})

it.each([
  ['{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}', 'XP_BAD_SHARD_INDEX', /"a" stands twice/],
  ['{"weight_map":[]}', 'XP_BAD_SHARD_INDEX', /no "weight_map"/],
  ['{}', 'XP_BAD_SHARD_INDEX', /no "weight_map"/],
  ['{', 'XP_MALFORMED_JSON', /index\.json/],
])('it refuses the index %s', async (text, code, message) => {
  await writeFile(join(dir, indexName), text)
  const error = await failure()
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
})

it('names the shard that is damaged', async () => {
  const bytes = await readFile(join(dir, shardName(2)))
  await writeFile(join(dir, shardName(2)), bytes.subarray(0, bytes.length - 1))
  const error = await failure()
  expect(error.code).toBe('XP_BAD_SAFETENSORS')
  expect(error.message).toContain(shardName(2))
})
