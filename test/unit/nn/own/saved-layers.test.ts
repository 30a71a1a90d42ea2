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

/** Writes a model, and as many bytes of weights as it wants, cut in two. */
async function write(json: unknown = keras(), cut = 33, total = 80) {
  const bytes = new Uint8Array(values.buffer).subarray(0, total)
  await writeFile(join(dir, 'model.json'), typeof json === 'string' ? json : JSON.stringify(json))
  await writeFile(join(dir, 'a.bin'), bytes.subarray(0, cut))
  await writeFile(join(dir, 'b.bin'), bytes.subarray(cut))
}
const labels = (count: number) => Array.from({ length: count }, (_, i) => `label ${i}`)
const opened = async (count?: number, options: { head?: 'keep' | 'new'; featureLayer?: string; side?: number } = {}) =>
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

it('puts a new head behind a model that has none', async () => {
  const json = keras()
  json.modelTopology.model_config.config.layers.splice(1, 2)
  await write({ ...json, weightsManifest: [] }, 0, 0)
  const { classifier } = await opened(4, { head: 'new' })
  expect(classifier.parameters.map(({ name, shape, head }) => ({ name, shape, head }))).toEqual([
    { name: 'head/kernel', shape: [3, 4], head: true },
    { name: 'head/bias', shape: [4], head: true },
  ])
  await expect(opened(3)).resolves.toMatchObject({ image: { height: 8, width: 8 } })
})

it('refuses a new head where it is not known what is the old one', async () => {
  const json = keras()
  json.modelTopology.model_config.config.layers.splice(1, 1)
  await write({ ...json, weightsManifest: [] }, 0, 0)
  await expect(opened(3, { head: 'new' })).rejects.toThrow('does not end in a dense layer')
})

/** A convolution, then two dense layers, of which the last is named `head`. */
const deep = () => ({
  format: 'layers-model',
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        {
          class_name: 'Conv2D',
          config: {
            name: 'conv',
            filters: 2,
            kernel_size: [1, 1],
            use_bias: false,
            batch_input_shape: [null, 8, 8, 3],
          },
        },
        { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
        { class_name: 'Dense', config: { name: 'middle', units: 3, use_bias: false, activation: 'relu' } },
        { class_name: 'Dense', config: { name: 'head', units: 2, use_bias: false, activation: 'softmax' } },
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['a.bin', 'b.bin'],
      weights: [
        { name: 'conv/kernel', shape: [1, 1, 3, 2], dtype: 'float32' },
        { name: 'middle/kernel', shape: [2, 3], dtype: 'float32' },
        { name: 'head/kernel', shape: [3, 2], dtype: 'float32' },
      ],
    },
  ],
})
const eighteen = () => write(deep(), 40, 72)
const shapes = ({ classifier }: Awaited<ReturnType<typeof opened>>) =>
  Object.fromEntries(classifier.parameters.map(({ name, shape }) => [name, shape]))

it('puts a new head behind the layer that is named, and leaves out what came after it', async () => {
  await eighteen()
  const behindDense = await opened(5, { head: 'new', featureLayer: 'middle' })
  expect(shapes(behindDense)).toEqual({
    'conv/kernel': [1, 1, 3, 2],
    'middle/kernel': [2, 3],
    'head_new/kernel': [3, 5],
    'head_new/bias': [5],
  })
  expect([...behindDense.weights(1).keys()].sort()).toEqual(Object.keys(shapes(behindDense)).sort())
  expect(behindDense.weights(1).get('middle/kernel')).toEqual(values.slice(6, 12))
  const behindConv = await opened(5, { head: 'new', featureLayer: 'conv' })
  expect(shapes(behindConv)).toEqual({ 'conv/kernel': [1, 1, 3, 2], 'head_new/kernel': [2, 5], 'head_new/bias': [5] })
})

it('names the layer that is nearest to one that it has not', async () => {
  await eighteen()
  await expect(opened(5, { head: 'new', featureLayer: 'midle' })).rejects.toMatchObject({
    message: expect.stringContaining('it has no layer "midle" (featureLayer)'),
    hint: 'did you mean "middle"?',
  })
  await expect(opened(2, { featureLayer: 'middle' })).rejects.toThrow('its head is kept')
})

it.each([
  ['uint8', Uint8Array.of(0, 128, 255), { min: -1, scale: 1 / 128 }],
  ['uint16', Uint16Array.of(0, 32768, 65535), { min: -1, scale: 1 / 32768 }],
  ['float16', Uint16Array.of(0xbc00, 0, 0x3c00), {}],
] as const)('reads weights quantised to %s', async (dtype, stored, range) => {
  const json = keras()
  json.modelTopology.model_config.config.layers.splice(2, 1)
  const [pool, out] = json.modelTopology.model_config.config.layers
  const layers = [pool, { ...out, config: { ...out?.config, units: 1, use_bias: false } }]
  const topology = { class_name: 'Sequential', config: { name: 'net', layers } }
  const weights = [{ name: 'out/kernel', shape: [3, 1], dtype: 'float32', quantization: { dtype, ...range } }]
  await writeFile(
    join(dir, 'model.json'),
    JSON.stringify({ modelTopology: topology, weightsManifest: [{ paths: ['q.bin'], weights }] }),
  )
  await writeFile(join(dir, 'q.bin'), new Uint8Array(stored.buffer))
  const kernel = (await opened(1)).weights(1).get('out/kernel') ?? new Float32Array()
  for (const [i, wanted] of [-1, 0, 1].entries()) expect(kernel[i]).toBeCloseTo(wanted, dtype === 'uint8' ? 1 : 3)
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
  [
    'a shard elsewhere',
    () => ({ ...keras(), weightsManifest: [{ paths: ['../c.bin'], weights: [] }] }),
    /it names "\.\.\/c\.bin" for its weights, which is no file beside it/,
  ],
  [
    'a shard that is cut off',
    () => JSON.stringify(keras()).replace('"shape":[5]', '"shape":[6]'),
    /its weights are 84 bytes, and a\.bin, b\.bin have together 80/,
  ],
  [
    'a type that it does not know',
    () => JSON.stringify(keras()).replace('"shape":[5],"dtype":"float32"', '"shape":[5],"dtype":"complex64"'),
    /its weight "out\/bias" has the type complex64/,
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
