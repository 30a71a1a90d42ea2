import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HuggingFaceConfig } from '../../src/artifacts/model-config.ts'
import { mapCheckpoint } from '../../src/nn/checkpoint.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import { layoutOf } from '../../src/nn/families.ts'
import { headNames } from '../../src/nn/pretrained.ts'
import type { Classifier, Engine, TrainerSpec, Weights } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { withTargets } from '../../src/training/loop/targets.ts'
import { goldenCheckpoint, goldenFresh } from '../goldens/classifiers.ts'
import { excess, tolerances } from '../tolerances.ts'

const engines = [
  ['tfjs', () => createTfjsEngine('cpu')],
  ['onnx', async () => createOnnxEngine(await createOnnxRuntime({ threads: 1 }))],
] as const

function trainerSpec(classifier: Classifier, weights: Weights, weightDecay: number): TrainerSpec {
  return {
    classifier,
    weights,
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
    maxGradNorm: 1,
    seed: 0,
  }
}

/** Logits at every size of the golden, two optimiser steps, names and decay of a checkpoint against transformers'. */
export async function testCheckpoint(folder: string) {
  const golden = await goldenCheckpoint(folder)
  const { config, expected } = golden
  const [ownSize = '', ...otherSizes] = Object.keys(expected.logits)
  const { height, width } = golden.pixelsOf(ownSize)
  const classifier = classifierOf(config, { image: { height, width } })

  describe.each(engines)(`${folder} on the %s engine`, (_, create) => {
    let engine: Engine
    beforeAll(async () => {
      engine = await create()
    })
    afterAll(() => engine.dispose())

    it.each([ownSize, ...otherSizes])("gives transformers' logits at %s", async (size) => {
      const { pixels, count, height, width } = golden.pixelsOf(size)
      const predictor = await engine.predictor(classifierOf(config, { image: { height, width } }), golden.weights)
      const logits = await predictor.logits({ size: count, pixels })
      expect(excess(logits, expected.logits[size]?.flat() ?? [], tolerances.logits)).toBeLessThan(1)
      await predictor.dispose()
    })

    it('follows two AdamW steps', async () => {
      const spec = trainerSpec(classifier, golden.weights, expected.weightDecay)
      const trainer = await engine.trainer(spec)
      const { pixels, count } = golden.pixelsOf(ownSize)
      const batch = withTargets({ size: count, pixels, labels: Int32Array.from(expected.labels) }, 3)
      for (const { loss, gradNorm } of expected.steps) {
        const made = await trainer.step([batch], expected.learningRate)
        expect(excess([made.loss, made.gradNorm], [loss, gradNorm], tolerances.trainingStep)).toBeLessThan(1)
      }
      const after = await trainer.logits({ size: count, pixels })
      expect(excess(after, expected.logitsAfter.flat(), tolerances.logits)).toBeLessThan(1)
      await trainer.dispose()
    })

    it('notices a changed weight', async () => {
      const name = expected.parameters.map((p) => p.name).findLast((n) => n.endsWith('.weight')) as string
      const spoiled = new Map(golden.weights)
      spoiled.set(
        name,
        (golden.weights.get(name) as Float32Array).map((w) => w + 0.01),
      )
      const { pixels, count } = golden.pixelsOf(ownSize)
      const predictor = await engine.predictor(classifier, spoiled)
      const logits = await predictor.logits({ size: count, pixels })
      expect(excess(logits, expected.logits[ownSize]?.flat() ?? [], tolerances.logits)).toBeGreaterThan(1)
      await predictor.dispose()
    })
  })

  it(`lists the parameters of ${folder} by name, in order, and decays what the Trainer decays`, () => {
    expect(classifier.parameters.map(({ name, decay }) => ({ name, decay }))).toEqual(
      expected.parameters.map(({ name, decay }) => ({ name, decay })),
    )
  })

  it(`reads ${folder} under its names on disk and in memory, whole or bare`, () => {
    const layout = layoutOf(config)
    const parameters = layout.parameters(3)
    const bare = (name: string) => name.replace(`${config.model_type}.`, '')
    const spellings = [
      (p: { name: string }) => p.name,
      (p: { spelled: string }) => p.spelled,
      (p: { name: string }) => bare(p.name),
      (p: { spelled: string }) => bare(p.spelled),
    ]
    for (const spelling of spellings) {
      const tensors = new Map(
        expected.parameters.map((p) => [spelling(p), { shape: golden.tensors.get(p.name)?.shape ?? [] }]),
      )
      const { found, missing, unexpected, mismatched } = mapCheckpoint(parameters, tensors, layout.parameterName)
      expect({ missing, unexpected, mismatched }).toEqual({ missing: [], unexpected: [], mismatched: [] })
      expect(found.size).toBe(parameters.length)
    }
  })
}

/** Both engines take the same steps where `changes` to a golden's config let training drop something. */
export async function testMasks(folder: string, changes: Readonly<Record<string, number>>) {
  const { config, weights, expected, pixelsOf } = await goldenCheckpoint(folder)
  const { pixels, count, ...image } = pixelsOf(Object.keys(expected.logits)[0] ?? '')
  const classifier = classifierOf({ ...config, ...changes }, { image })
  const batch = withTargets({ size: count, pixels, labels: Int32Array.from(expected.labels) }, 3)
  const trace = async (engine: Engine, seed: number) => {
    const trainer = await engine.trainer({ ...trainerSpec(classifier, weights, 0), seed })
    const made = [await trainer.step([batch], 1e-3), await trainer.step([batch], 1e-3)]
    await trainer.dispose()
    return made.flatMap(({ loss, gradNorm }) => [loss, gradNorm])
  }

  it(`drops the same of ${folder} on both engines, and other things for another seed: ${Object.keys(changes)}`, async () => {
    const [tfjs, onnx] = [await engines[0][1](), await engines[1][1]()]
    const reference = await trace(tfjs, 1)
    expect(excess(await trace(onnx, 1), reference, tolerances.trainingStep)).toBeLessThan(1)
    expect(excess(await trace(tfjs, 2), reference, tolerances.trainingStep)).toBeGreaterThan(1)
    expect(reference[0]).not.toBeCloseTo(expected.steps[0]?.loss ?? 0, 3)
    await tfjs.dispose()
    await onnx.dispose()
  })
}

/** First weights of a whole model and of a head, bit for bit those that transformers draws. */
export function testFresh(config: HuggingFaceConfig, name: string = config.model_type) {
  const golden = goldenFresh(name)
  const layout = layoutOf(config)
  const sha256 = (values: Float32Array | undefined) =>
    createHash('sha256')
      .update(new Uint8Array(values?.buffer ?? new ArrayBuffer(0)))
      .digest('hex')

  it(`draws bit for bit the weights that transformers draws for a fresh model: ${name}`, () => {
    const ours = layout.initialWeights(3, golden.seed)
    const shapes = new Map([...layout.parameters(3), ...layout.buffers].map(({ name, shape }) => [name, shape]))
    expect(ours.size).toBe(golden.weights.length)
    for (const { spelled, shape, first, sha256: digest } of golden.weights) {
      const name = layout.parameterName(spelled) ?? expect.fail(spelled)
      expect(shapes.get(name), name).toEqual(shape)
      expect([...(ours.get(name)?.subarray(0, 4) ?? [])], name).toEqual(first)
      expect(sha256(ours.get(name)), name).toBe(digest)
    }
    const head = headNames(layout).values().next().value ?? expect.fail('no head')
    expect(layout.initialWeights(3, golden.seed + 1).get(head)).not.toEqual(ours.get(head))
  })

  it(`draws the head that from_pretrained gives a bare checkpoint: ${name}`, () => {
    const head = layout.initialHead(3, golden.seed)
    expect([...head.keys()]).toEqual([...headNames(layout)])
    const valuesOf = (part: string) => [...head].flatMap(([name, data]) => (name.endsWith(part) ? [...data] : []))
    expect(sha256(new Float32Array(valuesOf('.weight')))).toBe(golden.head)
    expect(valuesOf('.bias').every((value) => value === 0)).toBe(true)
  })
}
