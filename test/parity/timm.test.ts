import { readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { XpError } from '../../src/errors/xp-error.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { openPretrained } from '../../src/nn/open-pretrained.ts'
import { fitCheckpoint } from '../../src/nn/pretrained.ts'
import type { Engine } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { readSafetensors, type StoredTensor, type TensorPlace, writeSafetensors } from '../../src/std/safetensors.ts'
import { TensorsOnDisk } from '../../src/std/tensors-on-disk.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { excess, tolerances } from '../tolerances.ts'
import { temporaryFolder } from '../unit/runner/temporary.ts'

const goldens = resolve(import.meta.dirname, '../goldens/timm')
const architectures = readdirSync(goldens)

let engine: Engine
beforeAll(async () => {
  engine = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
})
afterAll(() => engine.dispose())

/** sin(0.37 i) over [2, 3, size, size], as [2, size, size, 3]. */
function pixelsOf(size: number): Float32Array {
  const pixels = new Float32Array(2 * 3 * size * size)
  for (let n = 0; n < 2; n++)
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < size * size; p++)
        pixels[(n * size * size + p) * 3 + c] = Math.sin(((n * 3 + c) * size * size + p) * 0.37)
  return pixels
}

/** What a checkpoint computes; without a head, what its head would read. */
async function valuesOf(dir: string, size: number, width: number): Promise<Float32Array> {
  const opened = await openPretrained(dir, dir)
  const config: typeof opened.config = { ...opened.config, num_labels: width }
  const { found, filled, head, unexpected } = fitCheckpoint(opened.layout, opened.tensors, width, 'auto', opened.file)
  expect(unexpected).toEqual([])
  const identity = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0))
  const own: [string, Float32Array][] =
    head === 'kept'
      ? []
      : [
          ['classifier.weight', identity],
          ['classifier.bias', new Float32Array(width)],
        ]
  const weights = new TensorsOnDisk(new Map<string, TensorPlace | Float32Array>([...filled, ...found, ...own]))
  const predictor = await engine.predictor(classifierOf(config, { image: { height: size, width: size } }), weights)
  const values = await predictor.logits({ size: 2, pixels: pixelsOf(size) })
  await predictor.dispose()
  return values
}

describe.each(architectures)('%s of timm', (architecture) => {
  const dir = join(goldens, architecture)
  const { size, values } = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as {
    size: number
    values: number[][]
  }

  it('computes what it computes in timm', async () => {
    const made = await valuesOf(dir, size, values[0]?.length ?? 0)
    expect(excess(made, values.flat(), tolerances.logits)).toBeLessThan(1)
  })

  it("prepares images as timm's evaluation does", async () => {
    const { preprocessor } = await openPretrained(dir, dir)
    expect(preprocessor).toMatchObject({
      size: { shortest_edge: Math.floor(size / 0.9) },
      crop_size: { height: size, width: size },
      do_center_crop: true,
    })
  })
})

it('notices a changed weight', async () => {
  const dir = temporaryFolder()
  const from = join(goldens, 'vit_tiny_patch16_224')
  await copyFile(join(from, 'config.json'), join(dir, 'config.json'))
  const { tensors, metadata } = await readSafetensors(join(from, 'model.safetensors'))
  const { dtype, shape, data } = tensors.get('blocks.0.attn.qkv.weight') as StoredTensor
  tensors.set('blocks.0.attn.qkv.weight', { dtype, shape, data: (data as Float32Array).map((w) => w + 0.01) })
  await writeSafetensors(join(dir, 'model.safetensors'), tensors as never, metadata)
  const { size, values } = JSON.parse(await readFile(join(from, 'expected.json'), 'utf8'))
  expect(excess(await valuesOf(dir, size, 3), values.flat(), tolerances.logits)).toBeGreaterThan(1)
})

describe('what is refused', () => {
  async function refusal(edit: (config: Record<string, unknown>) => void, rename?: readonly [string, string]) {
    const dir = join(temporaryFolder(), 'timm')
    await mkdir(dir)
    const from = join(goldens, 'vit_tiny_patch16_224')
    const config = JSON.parse(await readFile(join(from, 'config.json'), 'utf8'))
    edit(config)
    await writeFile(join(dir, 'config.json'), JSON.stringify(config))
    const { tensors, metadata } = await readSafetensors(join(from, 'model.safetensors'))
    const renamed = [...tensors].map(([name, tensor]) => [name === rename?.[0] ? rename[1] : name, tensor] as const)
    await writeSafetensors(join(dir, 'model.safetensors'), new Map(renamed) as never, metadata)
    const error = (await openPretrained(dir, dir).catch((thrown: unknown) => thrown)) as XpError
    return { code: error.code, message: error.message.replace(`${dir}/`, ''), hint: error.hint }
  }

  it('another architecture, by its name', async () => {
    const { code, message, hint } = await refusal((config) => {
      config.architecture = 'efficientnet_lite0'
    })
    expect([code, message]).toEqual([
      'XP_UNSUPPORTED_MODEL_TYPE',
      `config.json: timm's architecture "efficientnet_lite0" is not supported`,
    ])
    expect(hint).toContain('vit_base_patch16_224')
  })

  it('a variant with other parts, by their names', async () => {
    const { code, message } = await refusal(() => {}, ['blocks.0.attn.proj.bias', 'blocks.0.attn.q_norm.weight'])
    expect(code).toBe('XP_TIMM_VARIANT')
    expect(message).toContain('it has parts that no such model has here: blocks.0.attn.q_norm.weight')
  })

  it('another pooling', async () => {
    const { message } = await refusal((config) => {
      config.global_pool = 'avg'
    })
    expect(message).toContain('its head reads "avg", not the class token')
  })

  it('fields that are wrong', async () => {
    const wrong = (field: string, value: unknown) =>
      refusal((config) => {
        config.pretrained_cfg = { ...(config.pretrained_cfg as object), [field]: value }
      })
    expect((await wrong('input_size', [1, 32, 32])).message).toContain('"input_size" is [1,32,32]')
    expect((await wrong('interpolation', 'random')).message).toContain('"interpolation" is "random"')
    expect((await wrong('crop_mode', 'border')).message).toContain('"crop_mode" is "border"')
    expect((await wrong('mean', 0.5)).message).toContain('"mean" is 0.5')
  })
})
