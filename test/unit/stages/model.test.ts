import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Dataset } from '../../../src/artifacts/dataset.ts'
import { readModelConfig, readModelWeights, readPreprocessor, readProvenance } from '../../../src/artifacts/model.ts'
import { XpError } from '../../../src/errors/xp-error.ts'
import { openStore } from '../../../src/runner/store.ts'
import { safetensorsKind } from '../../../src/sources/safetensors-file.ts'
import pretrained from '../../../src/stages/model/pretrained.ts'
import vit from '../../../src/stages/model/vit.ts'
import { asFloat32, readSafetensors, writeSafetensors } from '../../../src/std/safetensors.ts'

const goldens = resolve(import.meta.dirname, '../../goldens')
let scratch: string
let warnings: string[]
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'xp-model-'))
  warnings = []
})
afterEach(() => rm(scratch, { recursive: true }))

const dataset = (classes: readonly string[]): Dataset => ({ classes, source: '', parts: {} })

function context<P>(params: P, classes: readonly string[], seed = 42) {
  return {
    params,
    inputs: { dataset: dataset(classes) },
    sources: {},
    seed,
    get engine(): never {
      throw new Error('not needed')
    },
    scratch,
    signal: new AbortController().signal,
    locate: () => '',
    metric: () => {},
    progress: () => {},
    earlier: async () => [],
    warn: (message: string) => warnings.push(message),
  }
}

const shoes = ['boot', 'sandal', 'shoe']
const failure = async (promise: Promise<unknown>): Promise<XpError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof XpError)) throw new Error(`not an XpError: ${error}`)
  return error
}

describe('model/vit', () => {
  const params = {
    imageSize: 16,
    patchSize: 8,
    hiddenSize: 24,
    layers: 2,
    heads: 2,
    intermediateSize: 40,
    hiddenActivation: 'gelu' as const,
    qkvBias: true,
    layerNormEpsilon: 1e-12,
    initializerRange: 0.02,
    imageMean: [0.5, 0.5, 0.5],
    imageStd: [0.5, 0.5, 0.5],
  }

  it('writes a Hugging Face folder with the labels, the preprocessing and fresh weights', async () => {
    const { model } = await vit.run(context(params, shoes))
    expect((await readdir(model.dir)).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
      'xp.json',
    ])
    const config = await readModelConfig(model.dir)
    expect(config.id2label).toEqual({ 0: 'boot', 1: 'sandal', 2: 'shoe' })
    expect(config.label2id).toEqual({ boot: 0, sandal: 1, shoe: 2 })
    expect(config.architectures).toEqual(['ViTForImageClassification'])
    expect((await readPreprocessor(model.dir))?.size).toEqual({ height: 16, width: 16 })
    expect(await readProvenance(model.dir)).toEqual({ trainedSteps: 0, trainedEpochs: 0, initialisedFrom: 'scratch' })
    const golden = JSON.parse(await readFile(join(goldens, 'vit-fresh.json'), 'utf8'))
    const weights = await readModelWeights(model.dir)
    expect([...weights.keys()].sort()).toEqual(Object.keys(golden.weights).sort())
  })

  it('gives a perceptron of four times the hidden size by default', async () => {
    const { intermediateSize, ...rest } = params
    const { model } = await vit.run(context(rest, shoes))
    expect((await readModelConfig(model.dir)).intermediate_size).toBe(96)
  })

  it('writes equal bytes for equal seeds and other weights for another seed', async () => {
    const bytes = async (seed: number) =>
      readFile(join((await vit.run(context(params, shoes, seed))).model.dir, 'model.safetensors'))
    const [first, again, other] = [await bytes(1), await bytes(1), await bytes(2)]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it.each([
    [{ patchSize: 7 }, 'patchSize 7 does not divide imageSize 16'],
    [{ heads: 5 }, 'heads 5 does not divide hiddenSize 24'],
  ])('it refuses sizes that do not fit before any work: %o', async (wrong, message) => {
    const error = await failure(
      vit.check?.({ params: { ...params, ...wrong }, sources: {}, foreseen: {}, engine: {} }) ?? Promise.resolve(),
    )
    expect(error.message).toContain(message)
    expect(error.exit).toBe('config')
  })
})

describe('model/pretrained', () => {
  const run = (weights: string, classes: readonly string[], head: 'auto' | 'new' | 'keep' = 'auto') =>
    pretrained.run(context({ weights, head, headInit: 'huggingface' as const }, classes))
  const check = (weights: string, head: 'auto' | 'new' | 'keep' = 'auto') =>
    pretrained.check?.({ params: { weights, head, headInit: 'huggingface' }, sources: {}, foreseen: {}, engine: {} }) ??
    Promise.reject(new Error('no check'))
  const tiny = join(goldens, 'vit-tiny')
  const bare = join(goldens, 'vit-bare')

  it('keeps every tensor of a classifier with as many labels', async () => {
    const { model } = await run(tiny, shoes)
    expect(await readModelWeights(model.dir)).toEqual(await readModelWeights(tiny))
    expect((await readProvenance(model.dir)).initialisedFrom).toBe('ViTForImageClassification')
    expect(warnings).toEqual([])
  })

  it('takes one file of weights with its config beside it, and counts nothing else there', async () => {
    const dir = join(scratch, 'several')
    await cp(tiny, dir, { recursive: true })
    await rename(join(dir, 'model.safetensors'), join(dir, 'epoch-3.safetensors'))
    const file = join(dir, 'epoch-3.safetensors')
    expect(await safetensorsKind.claims(file)).toBe(true)
    const scope = {
      store: await openStore(join(scratch, 'store')),
      signal: new AbortController().signal,
      onProgress: () => {},
    }
    const source = await safetensorsKind.read(file, scope)
    expect(source.files.map(({ path }) => path)).toEqual([
      'epoch-3.safetensors',
      'config.json',
      'preprocessor_config.json',
    ])
    const made = context({ weights: file, head: 'auto' as const, headInit: 'huggingface' as const }, shoes)
    Reflect.set(made, 'sources', { weights: source })
    const { model } = await pretrained.run(made)
    expect(await readModelWeights(model.dir)).toEqual(await readModelWeights(tiny))
    await writeFile(join(dir, 'epoch-4.safetensors'), 'another')
    expect((await safetensorsKind.read(file, scope)).digest).toBe(source.digest)
  })

  it("puts the head's rows in the order of the dataset's classes", async () => {
    const { model } = await run(tiny, ['shoe', 'boot', 'sandal'])
    const [before, after] = [await readModelWeights(tiny), await readModelWeights(model.dir)]
    const [b, s, h] = before.get('classifier.bias') ?? []
    expect(after.get('classifier.bias')).toEqual(new Float32Array([h ?? 0, b ?? 0, s ?? 0]))
    const row = (weights: typeof before, i: number) =>
      weights.get('classifier.weight')?.subarray(i * 32, (i + 1) * 32) ?? expect.fail()
    expect(row(after, 0)).toEqual(row(before, 2))
    expect(warnings).toEqual([])
  })

  it('keeps a head with other names by position, and says so', async () => {
    const { model } = await run(tiny, ['a', 'b', 'c'])
    expect(await readModelWeights(model.dir)).toEqual(await readModelWeights(tiny))
    expect(warnings).toEqual([expect.stringContaining('boot, sandal, shoe')])
  })

  it('gives a bare ViTModel a new head and drops its pooler', async () => {
    const { model } = await run(bare, shoes)
    const weights = await readModelWeights(model.dir)
    expect(weights.get('classifier.weight')).toHaveLength(3 * 16)
    expect([...weights.keys()].filter((name) => name.includes('pooler'))).toEqual([])
    expect((await readModelConfig(model.dir)).architectures).toEqual(['ViTForImageClassification'])
    expect((await readProvenance(model.dir)).initialisedFrom).toBe('ViTModel')
    expect(await readPreprocessor(model.dir)).toEqual(await readPreprocessor(bare))
    expect(warnings).toEqual([])
  })

  it('replaces the head when asked', async () => {
    const { model } = await run(tiny, ['a', 'b', 'c', 'd'], 'new')
    expect((await readModelWeights(model.dir)).get('classifier.weight')).toHaveLength(4 * 32)
  })

  it('names both label counts when the head does not fit', async () => {
    const error = await failure(run(tiny, ['a', 'b']))
    expect(error.message).toMatch(/head for 3 labels, the dataset has 2 classes/)
    expect(error.hint).toContain('head: new')
    expect(error.exit).toBe('data')
    expect((await failure(run(bare, shoes, 'keep'))).code).toBe('XP_HEAD_MISSING')
    expect((await failure(check(bare, 'keep'))).code).toBe('XP_HEAD_MISSING')
  })

  describe('a folder that is wrong is refused before any work', () => {
    const folder = async (change: (dir: string) => Promise<unknown>, from = tiny): Promise<string> => {
      const dir = join(scratch, 'checkpoint')
      await cp(from, dir, { recursive: true })
      await change(dir)
      return dir
    }
    const editConfig = (fields: object) => async (dir: string) => {
      const file = join(dir, 'config.json')
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...fields }))
    }
    const editTensors =
      (edit: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void) =>
      async (dir: string) => {
        const file = join(dir, 'model.safetensors')
        const { tensors, metadata } = await readSafetensors(file)
        const floats = new Map([...tensors].map(([name, t]) => [name, { shape: t.shape, data: asFloat32(t) }]))
        edit(floats)
        await writeSafetensors(file, floats, metadata)
      }

    it('absent folder, with what to do for a hub id', async () => {
      const error = await failure(check(join(scratch, 'google/vit-base-patch16-224-in21k')))
      expect(error.code).toBe('XP_NO_WEIGHTS_FOLDER')
      expect(error.hint).toContain('write google/vit-base-patch16-224-in21k')
      expect(pretrained.absent?.(join(scratch, 'google/vit-base-patch16-224-in21k'))).toBe(error.hint)
      expect(pretrained.absent?.(join(scratch, 'vit-bsae'))).not.toContain('write ')
    })

    it('a file of weights without its config', async () => {
      const alone = join(scratch, 'alone.safetensors')
      await cp(join(tiny, 'model.safetensors'), alone)
      const source = await safetensorsKind.read(alone, {
        store: await openStore(join(scratch, 'store')),
        signal: new AbortController().signal,
        onProgress: () => {},
      })
      const checked = pretrained.check?.({
        params: { weights: alone, head: 'auto', headInit: 'huggingface' },
        sources: { weights: source },
        foreseen: {},
        engine: {},
      })
      expect(await failure(checked ?? Promise.resolve())).toMatchObject({
        code: 'XP_NO_CONFIG_BESIDE',
        message: expect.stringContaining('alone.safetensors has no config.json beside it'),
      })
    })

    it('a file instead of a folder', async () => {
      expect((await failure(check(join(tiny, 'config.json')))).code).toBe('XP_NO_MODEL_FOLDER')
    })

    const cases: Record<string, [(dir: string) => Promise<unknown>, string, RegExp]> = {
      'no config.json': [
        (dir) => rm(join(dir, 'config.json')),
        'XP_MISSING_MODEL_FILE',
        /checkpoint has no config\.json/,
      ],
      'config.json not JSON': [(dir) => writeFile(join(dir, 'config.json'), '{,'), 'XP_MALFORMED_JSON', /config\.json/],
      'config.json a list': [
        (dir) => writeFile(join(dir, 'config.json'), '[]'),
        'XP_MALFORMED_JSON',
        /not a JSON object/,
      ],
      'no weights': [(dir) => rm(join(dir, 'model.safetensors')), 'XP_NO_SAFETENSORS', /no model\.safetensors/],
      'a pickle only': [
        (dir) => rename(join(dir, 'model.safetensors'), join(dir, 'pytorch_model.bin')),
        'XP_NO_SAFETENSORS',
        /pytorch_model\.bin is a pickle.*convert/,
      ],
      'weights in the place of the index of shards': [
        (dir) => rename(join(dir, 'model.safetensors'), join(dir, 'model.safetensors.index.json')),
        'XP_MALFORMED_JSON',
        /index\.json/,
      ],
      'no model type': [editConfig({ model_type: undefined }), 'XP_BAD_MODEL_CONFIG', /model_type/],
      'unsupported model type': [
        editConfig({ model_type: 'swim' }),
        'XP_UNSUPPORTED_MODEL_TYPE',
        /"swim".*supported: .*vit.*nearest is swin/,
      ],
      'unsupported activation': [
        editConfig({ hidden_act: 'swish' }),
        'XP_BAD_MODEL_CONFIG',
        /hidden_act.*swish.*gelu_new/,
      ],
      'certain dropout': [
        editConfig({ hidden_dropout_prob: 1 }),
        'XP_BAD_MODEL_CONFIG',
        /hidden_dropout_prob.*below 1/,
      ],
      'wrong size': [editConfig({ hidden_size: '32' }), 'XP_BAD_MODEL_CONFIG', /hidden_size.*"32".*whole number/],
      'heads that do not divide': [
        editConfig({ num_attention_heads: 5 }),
        'XP_BAD_MODEL_CONFIG',
        /divisor of hidden_size/,
      ],
      'image size of another checkpoint': [
        editConfig({ image_size: 64 }),
        'XP_WRONG_TENSORS',
        /position_embeddings is \[1,17,32\] instead of \[1,65,32\]/,
      ],
      'missing tensors': [
        editTensors((t) => t.delete('vit.layernorm.bias')),
        'XP_WRONG_TENSORS',
        /missing: vit\.layernorm\.bias/,
      ],
      'a head cut in half': [
        editTensors((t) => t.delete('classifier.bias')),
        'XP_WRONG_TENSORS',
        /missing: classifier\.bias/,
      ],
      'a damaged weights file': [
        (dir) => writeFile(join(dir, 'model.safetensors'), 'no such thing'),
        'XP_BAD_SAFETENSORS',
        /model\.safetensors/,
      ],
    }
    it.each(Object.entries(cases))('it refuses: %s', async (_, [change, code, message]) => {
      const error = await failure(check(await folder(change)))
      expect(error.code).toBe(code)
      expect(`${error.message} ${error.hint}`).toMatch(message)
      expect(error.exit).toBe('data')
    })

    it('NaN in a weight is found when it is read', async () => {
      const dir = await folder(editTensors((t) => t.get('vit.layernorm.bias')?.data.fill(Number.NaN, 3, 4)))
      const error = await failure(run(dir, shoes))
      expect(error.code).toBe('XP_NON_FINITE_WEIGHTS')
      expect(error.message).toContain('vit.layernorm.bias')
    })

    it('an unknown tensor is only a warning', async () => {
      const dir = await folder(editTensors((t) => t.set('decoder.0.bias', { shape: [2], data: new Float32Array(2) })))
      await run(dir, shoes)
      expect(warnings).toEqual([expect.stringContaining('decoder.0.bias')])
    })

    it('without preprocessor_config.json the defaults are taken, with a warning', async () => {
      const { model } = await run(await folder((dir) => rm(join(dir, 'preprocessor_config.json'))), shoes)
      expect(await readPreprocessor(model.dir)).toMatchObject({ size: { height: 32, width: 32 }, resample: 2 })
      expect(warnings).toEqual([expect.stringContaining('preprocessor_config.json')])
    })
  })

  it('reads the names that transformers 5 uses in memory', async () => {
    const dir = join(scratch, 'renamed')
    await mkdir(dir)
    await cp(join(tiny, 'config.json'), join(dir, 'config.json'))
    const { tensors } = await readSafetensors(join(tiny, 'model.safetensors'))
    const modern = (name: string) =>
      name
        .replace('encoder.layer.', 'layers.')
        .replace('attention.attention.query', 'attention.q_proj')
        .replace('attention.attention.key', 'attention.k_proj')
        .replace('attention.attention.value', 'attention.v_proj')
        .replace('attention.output.dense', 'attention.o_proj')
        .replace('intermediate.dense', 'mlp.fc1')
        .replace(/(layers\.\d+)\.output\.dense/, '$1.mlp.fc2')
    const renamed = new Map([...tensors].map(([name, t]) => [modern(name), { shape: t.shape, data: asFloat32(t) }]))
    await writeSafetensors(join(dir, 'model.safetensors'), renamed, { format: 'pt' })
    expect([...renamed.keys()]).toContain('vit.layers.1.mlp.fc2.weight')
    const { model } = await run(dir, shoes)
    expect(await readModelWeights(model.dir)).toEqual(await readModelWeights(tiny))
  })
})
