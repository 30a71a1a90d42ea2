/** One side of the benchmark: reads how many steps to make, a number a line, and answers their seconds. */
import { createInterface } from 'node:readline/promises'
import { classifierOf } from '../src/nn/classifier.ts'
import { layoutOf } from '../src/nn/families.ts'
import { createOnnxRuntime } from '../src/runtime/onnx-runtime.ts'
import { Mt19937 } from '../src/std/mt19937.ts'
import { createOnnxEngine } from '../src/training/engines/onnx-engine.ts'
import { withTargets } from '../src/training/loop/targets.ts'
import { benchModels } from './models.ts'
import { peakBytes } from './peak-memory.ts'

const [model = '', task = '', size = '', threads = ''] = process.argv.slice(2)
const config = benchModels[model]
if (config === undefined) throw new Error(`no model "${model}"`)
const classifier = classifierOf(config)
const { height, width, channels } = classifier.image

const batchSize = Number(size)
const generator = new Mt19937(0)
const elements = batchSize * height * width * channels
const batch = withTargets(
  {
    size: batchSize,
    pixels: Float32Array.from({ length: elements }, () => generator.uniform(-1, 1)),
    labels: Int32Array.from({ length: batchSize }, (_, i) => i % classifier.labels.length),
  },
  classifier.labels.length,
)

const profilePrefix = process.env.XP_BENCH_PROFILE
const runtime = { threads: Number(threads), ...(profilePrefix === undefined ? {} : { profilePrefix }) }
const engine = createOnnxEngine(await createOnnxRuntime(runtime))
const initialWeights = () => layoutOf(config).initialWeights(classifier.labels.length, 0)

interface Steps {
  step(): Promise<unknown>
  dispose(): Promise<void>
}

async function training(): Promise<Steps> {
  const trainer = await engine.trainer({
    classifier,
    weights: initialWeights(),
    optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
    maxGradNorm: 1,
    seed: 0,
  })
  return { step: async () => (await trainer.step([batch], 1e-4)).loss, dispose: () => trainer.dispose() }
}

async function scoring(): Promise<Steps> {
  const predictor = await engine.predictor(classifier, initialWeights())
  return { step: () => predictor.logits(batch), dispose: () => predictor.dispose() }
}

const steps = await (task === 'train' ? training() : scoring())
const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
answer({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const seconds: number[] = []
  for (let i = 0; i < Number(line); i++) {
    const start = performance.now()
    await steps.step()
    seconds.push((performance.now() - start) / 1000)
  }
  answer({ seconds, peakBytes: await peakBytes() })
}
await steps.dispose()
await engine.dispose()
