import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readModelConfig, readModelWeights, writeModelFolder } from '../../src/artifacts/model.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { layoutOf } from '../../src/nn/families.ts'
import type { Engine, TrainerSpec } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { readSafetensors } from '../../src/std/safetensors.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { excess, tolerances } from '../tolerances.ts'

const engines: Record<'compiled' | 'eager', Engine | undefined> = { compiled: undefined, eager: undefined }
beforeAll(async () => {
  engines.compiled = createOnnxEngine(await createOnnxRuntime({ threads: 2 }))
  engines.eager = await createTfjsEngine('cpu')
})
afterAll(async () => {
  for (const engine of Object.values(engines)) await engine?.dispose()
})

interface Golden {
  readonly labels: readonly number[]
  readonly logits: readonly (readonly number[])[]
  readonly loss: number
  readonly gradNorm: number
  readonly gradients: Readonly<Record<string, { readonly norm: number; readonly first: readonly number[] }>>
  readonly buffersAfter: Readonly<Record<string, readonly number[]>>
}

/** A checkpoint of `make_resnet.py` or `make_bit.py`, its images as normalised pixels, and what transformers answers. */
async function goldenOf(name: string) {
  const dir = resolve(import.meta.dirname, '../goldens', name)
  const stored = (await readSafetensors(join(dir, 'images.safetensors'))).tensors.get('images') ?? expect.fail(name)
  const [size = 0, height = 0, width = 0] = stored.shape
  const expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as Golden
  const targets = new Float32Array(size * 3)
  for (const [i, label] of expected.labels.entries()) targets[i * 3 + label] = 1 / size
  const config = await readModelConfig(dir)
  const classifier = classifierOf(config, { image: { height, width } })
  const pixels = Float32Array.from(stored.data as Uint8Array, (level) => (Math.fround(level / 255) - 0.5) / 0.5)
  return { config, expected, classifier, weights: await readModelWeights(dir), batch: { size, pixels, targets } }
}

/** SGD at rate 1 without momentum: the weights move by their gradient. */
const byGradient = ({ classifier, weights }: Pick<TrainerSpec, 'classifier' | 'weights'>): TrainerSpec => ({
  classifier,
  weights,
  optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
  trainable: classifier.parameters.map(({ name }) => ({ name, decay: false, learningRateFactor: 1 })),
  maxGradNorm: 0,
  seed: 0,
})

const models = ['resnet-basic', 'resnet-bottleneck', 'bit-same', 'bit-symmetric']

describe.each(models)('%s', (name) => {
  it.each(['compiled', 'eager'] as const)("gives transformers' logits on the %s engine", async (which) => {
    const { classifier, weights, batch, expected } = await goldenOf(name)
    const predictor = (await engines[which]?.predictor(classifier, weights)) ?? expect.fail(which)
    const logits = await predictor.logits(batch)
    await predictor.dispose()
    expect(logits).toHaveLength(18)
    expect(excess(logits, expected.logits.flat(), tolerances.logits)).toBeLessThan(1)
  })

  it.each(['compiled', 'eager'] as const)(
    "gives transformers' loss, gradients and buffers on the %s engine",
    async (which) => {
      const { classifier, weights, batch, expected } = await goldenOf(name)
      const trainer = (await engines[which]?.trainer(byGradient({ classifier, weights }))) ?? expect.fail(which)
      const { loss, gradNorm } = await trainer.step([batch], 1)
      const after = trainer.weights()
      await trainer.dispose()
      expect(excess([loss, gradNorm], [expected.loss, expected.gradNorm], tolerances.trainingStep)).toBeLessThan(1)
      expect(Object.keys(expected.gradients)).toEqual(classifier.parameters.map((p) => p.name))
      for (const [parameter, { norm, first }] of Object.entries(expected.gradients)) {
        const [from, to] = [weights.get(parameter) ?? [], after.get(parameter) ?? []]
        const gradient = Array.from(from, (value, i) => value - (to[i] ?? Number.NaN))
        const within = { absolute: 1e-3 * expected.gradNorm, relative: tolerances.trainingStep.relative }
        expect(excess([Math.hypot(...gradient)], [norm], within), parameter).toBeLessThan(1)
        expect(excess(gradient.slice(0, first.length), first, within), parameter).toBeLessThan(1)
      }
      expect(Object.keys(expected.buffersAfter)).toEqual(classifier.buffers.map((b) => b.name))
      for (const [buffer, values] of Object.entries(expected.buffersAfter))
        expect(excess(after.get(buffer) ?? [], values, tolerances.op), buffer).toBeLessThan(1)
    },
  )

  it('is saved as transformers saves it', async () => {
    const { config, weights } = await goldenOf(name)
    const layout = layoutOf(config)
    const dir = await mkdtemp(join(tmpdir(), 'xp-model-'))
    const { preprocessor, buffers } = layout
    const provenance = { trainedSteps: 0, trainedEpochs: 0, initialisedFrom: layout.architecture }
    await writeModelFolder(dir, {
      config,
      parameters: layout.parameters(3),
      buffers,
      weights,
      preprocessor,
      provenance,
    })
    const [ours, theirs] = await Promise.all(
      [dir, resolve(import.meta.dirname, '../goldens', name)].map((d) => readSafetensors(join(d, 'model.safetensors'))),
    )
    await rm(dir, { recursive: true })
    const facts = (content: typeof ours) =>
      [...(content?.tensors ?? [])].map(([key, { dtype, shape, data }]) => [key, dtype, shape, data]).sort()
    expect(facts(ours)).toEqual(facts(theirs))
  })
})

it('notices a running variance that is divided by the number of values', async () => {
  const { expected } = await goldenOf('resnet-basic')
  const [buffer, values] =
    Object.entries(expected.buffersAfter).find(([key]) => key.endsWith('1.normalization.running_var')) ??
    expect.fail('')
  const { weights } = await goldenOf('resnet-basic')
  const from = weights.get(buffer) ?? expect.fail(buffer)
  // 6 images of 3 × 3 positions: 54 values.
  const wrong = values.map((value, i) => {
    const start = 0.9 * (from[i] as number)
    return start + ((value - start) * 53) / 54
  })
  expect(excess(wrong, values, tolerances.op)).toBeGreaterThan(1)
})
