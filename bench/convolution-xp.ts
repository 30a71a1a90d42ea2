/**
 * One side of the convolution benchmark: loss and gradients of a model, compiled; reads how many steps to make, a number
 * a line, and answers their CPU seconds.
 */
import { createInterface } from 'node:readline/promises'
import { toOnnx } from '../src/compiler/onnx.ts'
import { optimize } from '../src/compiler/passes/index.ts'
import { createOnnxRuntime } from '../src/runtime/onnx-runtime.ts'
import { elementCount } from '../src/std/shape.ts'
import { convolutionalModels, gradientGraphOf } from './convolution-models.ts'
import { peakBytes } from './peak-memory.ts'

const [name = '', batch = '', threads = ''] = process.argv.slice(2)
const model = convolutionalModels[name]
if (model === undefined) throw new Error(`no model "${name}"`)
const graph = optimize(gradientGraphOf(model, Number(batch)))

const profilePrefix = process.env.XP_BENCH_PROFILE
const runtime = await createOnnxRuntime({ threads: Number(threads), ...(profilePrefix && { profilePrefix }) })
const session = await runtime.load(toOnnx(graph))
let state = 1
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const tensors = (values: typeof graph.inputs, fill: (shape: readonly number[]) => number) =>
  Object.fromEntries(
    values.map(({ name, value: { shape } }) => [
      name,
      { dtype: 'float32' as const, shape, data: Float32Array.from({ length: elementCount(shape) }, () => fill(shape)) },
    ]),
  )
const outputs = tensors(graph.outputs, () => 0)
const inputs = tensors(graph.inputs, (shape) => (shape.length === 1 ? 1 : (uniform() - 0.5) / 8))
const binding = session.bind(inputs, outputs)

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
answer({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const seconds: number[] = []
  for (let i = 0; i < Number(line); i++) {
    const start = process.cpuUsage()
    await binding.run()
    const { user, system } = process.cpuUsage(start)
    seconds.push((user + system) / 1e6)
  }
  answer({ seconds, loss: outputs.loss?.data[0], peakBytes: await peakBytes() })
}
session.dispose()
await runtime.dispose()
