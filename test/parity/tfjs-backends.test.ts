import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { afterAll, expect, it } from 'vitest'
import { classifierOf } from '../../src/nn/classifier.ts'
import type { Classifier } from '../../src/registry/engine.ts'
import type { TfjsSettings } from '../../src/registry/engine-settings.ts'
import { tfjsEngineFacts } from '../../src/training/engines/tfjs-backends.ts'
import { createTfjsEngine } from '../../src/training/engines/tfjs-engine.ts'
import { goldenVit } from '../goldens/vit.ts'
import { excess, tolerances } from '../tolerances.ts'
import { adamwDefaults, allOf, randomBatch, randomWeights, tinyClassifier } from './tiny-classifier.ts'

afterAll(() => tf.setBackend('cpu'))

async function trainVit(backend: TfjsSettings['backend']) {
  const { config, weights } = await goldenVit('vit-tiny')
  const classifier = classifierOf(config)
  const engine = await createTfjsEngine(backend)
  const trainer = await engine.trainer({
    classifier,
    weights,
    optimizer: adamwDefaults,
    trainable: allOf(classifier),
    maxGradNorm: 1,
    seed: 0,
  })
  const steps = []
  for (let i = 0; i < 5; i++) steps.push(await trainer.step([randomBatch(classifier, 3, i)], 1e-3))
  const logits = await trainer.logits(randomBatch(classifier, 4, 9))
  const predictor = await engine.predictor(classifier, trainer.weights())
  const predicted = await predictor.logits(randomBatch(classifier, 4, 9))
  // Softmax does not see a key's bias: its gradient is rounding alone, which Adam scales up to whole steps.
  const seen = [...trainer.weights()].filter(([name]) => !name.endsWith('key.bias'))
  const weightsAfter = seen.flatMap(([, values]) => [...values])
  await Promise.all([trainer.dispose(), predictor.dispose()])
  const kernels = tf.getBackend()
  await engine.dispose()
  return { steps, logits, predicted, weightsAfter, kernels }
}

it('a ViT trains on wasm as on cpu', async () => {
  const [cpu, wasm] = [await trainVit('cpu'), await trainVit('wasm')]
  expect([cpu.kernels, wasm.kernels]).toEqual(['cpu', 'wasm'])
  expect(wasm.steps).toHaveLength(5)
  for (const key of ['loss', 'gradNorm'] as const) {
    const of = ({ steps }: typeof cpu) => steps.map((step) => step[key])
    expect(excess(of(wasm), of(cpu), tolerances.op), key).toBeLessThan(1)
  }
  expect(excess(wasm.logits, cpu.logits, tolerances.op)).toBeLessThan(1)
  expect(wasm.predicted).toEqual(wasm.logits)
  expect(excess(wasm.weightsAfter, cpu.weightsAfter, tolerances.op)).toBeLessThan(1)
  expect(wasm.weightsAfter).not.toEqual(cpu.weightsAfter)
})

/** The tiny classifier behind a convolution, whose gradient by the filter wasm has no kernel for. */
const convolving: Classifier = {
  ...tinyClassifier,
  parameters: [...tinyClassifier.parameters, { name: 'stem', shape: [3, 3, 3, 3], decay: true, layer: 0, head: false }],
  features: (tensors, pixels, mode) =>
    tinyClassifier.features(tensors, tf.conv2d(pixels, tensors.stem as tf.Tensor4D, 1, 'same'), mode),
}

it('a kernel that a backend lacks is an error that names both', async () => {
  const engine = await createTfjsEngine('wasm')
  const weights = randomWeights(convolving, 1)
  const trainable = allOf(convolving)
  const common = { classifier: convolving, weights, optimizer: adamwDefaults, maxGradNorm: 1, seed: 0 }
  const trainer = await engine.trainer({ ...common, trainable })
  await expect(trainer.step([randomBatch(convolving, 2, 0)], 0.01)).rejects.toMatchObject({
    code: 'XP_KERNEL_MISSING',
    details: { op: 'Conv2DBackpropFilter', backend: 'wasm' },
  })
  expect(await trainer.logits(randomBatch(convolving, 2, 0))).toHaveLength(6)
  const frozen = trainable.filter(({ name }) => name !== 'stem')
  const other = await engine.trainer({ ...common, trainable: frozen })
  expect((await other.step([randomBatch(convolving, 2, 0)], 0.01)).loss).toBeGreaterThan(0)
  await Promise.all([trainer.dispose(), other.dispose()])
})

it('the facts of a backend name its package, and a package that is missing is an error with its command', async () => {
  expect(tfjsEngineFacts('wasm')).toEqual({ engine: 'tfjs', version: '4.22.0', device: 'wasm', backend: '4.22.0' })
  for (const backend of ['node', 'node-gpu'] as const) {
    const name = `@tensorflow/tfjs-${backend}`
    const installed = isInstalled(name)
    if (installed) expect(tfjsEngineFacts(backend)).toMatchObject({ device: backend })
    else
      expect(() => tfjsEngineFacts(backend)).toThrow(
        expect.objectContaining({
          code: 'XP_BACKEND_MISSING',
          exit: 'environment',
          hint: `run "npm install ${name}@4.22.0 --ignore-scripts=false", or use "backend: cpu"`,
        }),
      )
  }
})

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}
