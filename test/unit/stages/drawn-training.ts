import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import type { Dataset, Example } from '../../../src/artifacts/dataset.ts'
import type { Model } from '../../../src/artifacts/model.ts'
import type { ProcessedImages } from '../../../src/artifacts/processed-images.ts'
import type { Engine } from '../../../src/registry/engine.ts'
import { metricDeclaration } from '../../../src/registry/metrics.ts'
import type { AnyStage, EarlierResult } from '../../../src/registry/stage.ts'
import { createOnnxRuntime } from '../../../src/runtime/onnx-runtime.ts'
import vitStage from '../../../src/stages/model/vit.ts'
import transformStage from '../../../src/stages/transform/image-processor.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { createOnnxEngine } from '../../../src/training/engines/onnx-engine.ts'

export interface Told {
  readonly metrics: { name: string; value: number; step: number; epoch?: number }[]
  readonly warnings: string[]
  readonly progress: string[]
}

export interface StageRun {
  readonly scratch?: string
  readonly signal?: AbortSignal
  readonly engine?: Engine
  readonly earlier?: readonly EarlierResult<never>[]
  onMetric?(name: string, step: number): void
}

/** A drawn dataset of three classes, a tiny ViT for it, and a way to run stages on them. */
export interface DrawnTraining {
  readonly dir: string
  readonly dataset: Dataset
  readonly model: Model
  /** With random flips of the training images. */
  readonly data: ProcessedImages
  run<T>(
    stage: AnyStage,
    given: Record<string, unknown>,
    inputs: Readonly<Record<string, unknown>>,
    options?: StageRun,
  ): Promise<T & { told: Told }>
  dispose(): Promise<void>
}

const classes = ['boot', 'sandal', 'shoe']

/** Noise in which the channel of the class is a little brighter. */
async function drawExample(root: string, i: number): Promise<Example> {
  const label = i % 3
  const noise = Uint8Array.from({ length: 32 * 32 * 3 }, (_, k) => {
    const random = Math.abs(Math.sin((i + 1) * 12.9898 + k * 78.233) * 43758.5453) % 1
    return random * 160 + (k % 3 === label ? 40 : 20)
  })
  const bytes = await sharp(noise, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer()
  const file = `${classes[label]}/${i}.png`
  await mkdir(join(root, classes[label] ?? ''), { recursive: true })
  await writeFile(join(root, file), bytes)
  return { file, sha256: sha256(bytes), label }
}

export async function drawTraining(): Promise<DrawnTraining> {
  const dir = await mkdtemp(join(tmpdir(), 'xp-stages-'))
  const engine = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))

  const run: DrawnTraining['run'] = async (stage, given, inputs, options = {}) => {
    const told: Told = { metrics: [], warnings: [], progress: [] }
    const scratch = join(dir, options.scratch ?? stage.uses.replace('/', '-'))
    await mkdir(scratch, { recursive: true })
    const params = Value.Default(stage.params, structuredClone(given))
    await stage.check?.({ params, sources: {}, foreseen: {}, engine: {} })
    const outputs = await stage.run({
      params,
      inputs,
      sources: {},
      seed: 5,
      engine: options.engine ?? engine,
      scratch,
      signal: options.signal ?? new AbortController().signal,
      locate: () => join(dir, 'images'),
      earlier: async () => options.earlier ?? [],
      metric(name: string, value: number, step: number, epoch?: number) {
        expect(metricDeclaration(stage.metrics, name), name).toBeDefined()
        told.metrics.push({ name, value, step, ...(epoch === undefined ? {} : { epoch }) })
        options.onMetric?.(name, step)
      },
      progress: (done, total, what) => told.progress.push(`${done}/${total} ${what}`),
      warn: (message) => told.warnings.push(message),
    })
    return { ...(outputs as object), told } as never
  }

  const examples = await Promise.all(Array.from({ length: 120 }, (_, i) => drawExample(join(dir, 'images'), i)))
  const every = (kept: (i: number) => boolean) => examples.filter((_, i) => kept(i % 10))
  const dataset = {
    classes,
    source: sha256('drawn'),
    parts: { train: every((i) => i < 7), validation: every((i) => i === 7), test: every((i) => i > 7), empty: [] },
  }
  const sizes = { imageSize: 32, patchSize: 16, hiddenSize: 32, layers: 1, heads: 2 }
  const { model } = await run<{ model: Model }>(vitStage, sizes, { dataset })
  const augment = { augment: { horizontalFlip: 0.5 } }
  const { data } = await run<{ data: ProcessedImages }>(transformStage, augment, { dataset, model })
  return {
    dir,
    dataset,
    model,
    data,
    run,
    async dispose() {
      await engine.dispose()
      await rm(dir, { recursive: true })
    },
  }
}
