import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readLayersFolder } from '../../../../src/artifacts/layers-folder.ts'
import { modelOfFolder } from '../../../../src/nn/own/model-of-folder.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-saved-'))
})
afterEach(() => rm(dir, { recursive: true }))

/** As Keras spells it: pooling over images of any or one size, then two shards of a dense layer of 5, then softmax. */
const keras = (side: number | null = 8) => ({
  format: 'layers-model',
  modelTopology: {
    keras_version: '2.11.0',
    model_config: {
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [
          { class_name: 'GlobalAveragePooling2D', config: { name: 'pool', batch_input_shape: [null, side, side, 3] } },
          { class_name: 'Dense', config: { name: 'out', units: 5, activation: 'linear' } },
          { class_name: 'Activation', config: { name: 'chances', activation: 'softmax' } },
        ],
      },
    },
  },
  weightsManifest: [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        { name: 'out/kernel', shape: [3, 5], dtype: 'float32' },
        { name: 'out/bias', shape: [5], dtype: 'float32' },
      ],
    },
  ],
})
const values = Float32Array.from({ length: 20 }, (_, i) => i / 10)

async function write(json: unknown = keras(), cut = 33) {
  const bytes = new Uint8Array(values.buffer)
  await writeFile(join(dir, 'model.json'), typeof json === 'string' ? json : JSON.stringify(json))
  await writeFile(join(dir, 'a.bin'), bytes.subarray(0, cut))
  await writeFile(join(dir, 'b.bin'), bytes.subarray(cut))
}
const labels = (count: number) => Array.from({ length: count }, (_, i) => `label ${i}`)
const opened = async (count?: number, options: { head?: 'keep' | 'new'; side?: number } = {}) =>
  modelOfFolder(await readLayersFolder(dir), count === undefined ? undefined : labels(count), {
    dir,
    head: 'keep',
    ...options,
  })

it("reads Keras's spelling, shards cut anywhere, and takes the softmax off", async () => {
  await write()
  const { classifier, fields, image, weights } = await opened(5)
  expect(image).toEqual({ height: 8, width: 8 })
  expect(classifier.parameters.map(({ name, shape, head }) => ({ name, shape, head }))).toEqual([
    { name: 'out/kernel', shape: [3, 5], head: true },
    { name: 'out/bias', shape: [5], head: true },
  ])
  expect(weights(1)).toEqual(
    new Map([
      ['out/kernel', values.slice(0, 15)],
      ['out/bias', values.slice(15)],
    ]),
  )
  expect(JSON.stringify(fields)).not.toContain('softmax')
})

it('gives it a new head for other labels, drawn from the seed', async () => {
  await write()
  await expect(opened(3)).rejects.toMatchObject({ code: 'XP_BAD_LAYERS_MODEL' })
  await opened(undefined, { head: 'new' })
  const { classifier, weights } = await opened(3, { head: 'new' })
  expect(classifier.parameters.map(({ shape }) => shape)).toEqual([[3, 3], [3]])
  expect(weights(1).get('out/kernel')).toHaveLength(9)
  expect(weights(1)).toEqual(weights(1))
  expect(weights(1).get('out/kernel')).not.toEqual(weights(2).get('out/kernel'))
})

it('refuses a new head where no dense layer makes the output', async () => {
  const json = keras()
  json.modelTopology.model_config.config.layers.splice(1, 2)
  await write({ ...json, weightsManifest: [] })
  await expect(opened(3, { head: 'new' })).rejects.toThrow('does not end in a dense layer')
  await expect(opened(3)).resolves.toMatchObject({ image: { height: 8, width: 8 } })
})

it('takes the size of the images from the model, or from the param where the model takes any', async () => {
  await write()
  await expect(opened(5, { side: 16 })).rejects.toMatchObject({ code: 'XP_FIXED_IMAGE_SIZE' })
  await write(keras(null))
  await expect(opened(5)).rejects.toThrow('it takes images of any size')
  expect((await opened(5, { side: 16 })).image).toEqual({ height: 16, width: 16 })
})

it.each<[string, () => unknown, RegExp]>([
  ['no JSON', () => '{', /model\.json: .*JSON/],
  ['a graph model', () => ({ ...keras(), format: 'graph-model' }), /it is a graph model/],
  ['other JSON', () => ({ a: 1 }), /it has no modelTopology/],
  [
    'a shard that is away',
    () => ({ ...keras(), weightsManifest: [{ paths: ['c.bin'], weights: [] }] }),
    /c\.bin: it cannot be read/,
  ],
  [
    'a layer that tfjs does not know',
    () => JSON.stringify(keras()).replace('Dense', 'Dance'),
    /model\.json: Unknown layer: Dance/,
  ],
  ['weights of another name', () => JSON.stringify(keras()).replace('out/bias', 'out/bios'), /model\.json: .*bi/],
])('refuses %s', async (_, json, words) => {
  await write(json())
  await expect(opened(5)).rejects.toMatchObject({
    code: 'XP_BAD_SAVED_MODEL',
    exit: 'data',
    message: expect.stringMatching(words),
  })
})

it('refuses a folder without model.json', async () => {
  await expect(opened(5)).rejects.toThrow(/model\.json: it cannot be read \(ENOENT\)/)
})
