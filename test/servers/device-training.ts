import { classifierOf } from '../../src/nn/classifier.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { withTargets } from '../../src/training/loop/targets.ts'
import { goldenVit } from '../goldens/vit.ts'

/** What the script prints as JSON. */
export interface DeviceTraining {
  readonly losses: readonly number[]
  readonly gradNorms: readonly number[]
  readonly logits: readonly number[]
  /** Of a predictor with the trained weights, read back from the device. */
  readonly predicted: readonly number[]
}

/** Trains a tiny ViT for a few steps on the device named by the first argument. */
async function train(device: string): Promise<DeviceTraining> {
  const golden = await goldenVit('vit-tiny')
  const classifier = classifierOf(golden.config)
  const engine = createOnnxEngine(await createOnnxRuntime({ device, threads: 1 }))
  const trainer = await engine.trainer({
    classifier,
    weights: golden.weights,
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 },
    trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
    maxGradNorm: 1,
    seed: 0,
  })
  const batchOf = (images: readonly number[]) => {
    const labels = Int32Array.from(images, (i) => golden.expected.labels[i] ?? -1)
    return withTargets({ size: images.length, pixels: golden.pixelsOf(images), labels }, 3)
  }
  const steps = []
  for (const { images, learningRate } of golden.expected.steps.slice(0, 6))
    steps.push(await trainer.step([batchOf(images)], learningRate))
  // Two micro-batches: the second adds to the gradients of the first, in place.
  steps.push(await trainer.step([batchOf([0, 1]), batchOf([2, 3])], 0.001))
  const logits = [...(await trainer.logits(batchOf([0, 1, 2])))]
  const predictor = await engine.predictor(classifier, trainer.weights())
  const predicted = [...(await predictor.logits(batchOf([0, 1, 2])))]
  await Promise.all([trainer.dispose(), predictor.dispose()])
  await engine.dispose()
  const [losses, gradNorms] = [steps.map(({ loss }) => loss), steps.map(({ gradNorm }) => gradNorm)]
  return { losses, gradNorms, logits, predicted }
}

process.stdout.write(JSON.stringify(await train(process.argv[2] ?? 'cpu')))
