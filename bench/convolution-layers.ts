/**
 * Single convolutions of ResNet-50 and ConvNeXt-T, forward and both gradients, beside PyTorch's: CPU milliseconds of the
 * fastest run on one thread, batch 8. Input and output are channels last for xp, channels first for PyTorch.
 *
 *   npx tsx bench/convolution-layers.ts --python venv/bin/python
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GraphBuilder } from '../src/compiler/build.ts'
import type { Attrs } from '../src/compiler/ir.ts'
import { toOnnx } from '../src/compiler/onnx.ts'
import { createOnnxRuntime } from '../src/runtime/onnx-runtime.ts'
import { elementCount } from '../src/std/shape.ts'

interface Layer {
  readonly channels: number
  readonly image: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly groups: number
}

const layers: readonly Layer[] = [
  [3, 224, 64, 7, 2, 1],
  [64, 56, 64, 3, 1, 1],
  [128, 28, 128, 3, 1, 1],
  [256, 14, 256, 3, 1, 1],
  [512, 7, 512, 3, 1, 1],
  [128, 56, 128, 3, 2, 1],
  [256, 28, 256, 3, 2, 1],
  [512, 14, 512, 3, 2, 1],
  [96, 56, 96, 7, 1, 96],
  [192, 28, 192, 7, 1, 192],
  [384, 14, 384, 7, 1, 384],
  [768, 7, 768, 7, 1, 768],
].map(([channels = 0, image = 0, outputs = 0, kernel = 0, stride = 1, groups = 1]) => ({
  ...{ channels, image, outputs, kernel, stride, groups },
}))

const { values: flags } = parseArgs({ options: { python: { type: 'string' } } })
const [batch, rounds] = [8, 6]
const runtime = await createOnnxRuntime({ threads: 1 })

async function milliseconds(op: string, shapes: readonly (readonly number[])[], attrs: Attrs): Promise<number> {
  const graph = new GraphBuilder()
  const values = shapes.map((shape, i) => graph.input(`x${i}`, 'float32', shape))
  const y = graph.node(op, values, attrs)
  const session = await runtime.load(toOnnx(graph.finish([{ name: 'y', value: y }])))
  const tensor = (shape: readonly number[]) => {
    const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7919) % 97) / 97 - 0.5)
    return { dtype: 'float32' as const, shape, data }
  }
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, tensor(shape)]))
  const binding = session.bind(inputs, { y: tensor(y.shape) })
  await binding.run()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage()
    await binding.run()
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1000)
  }
  session.dispose()
  return Math.min(...times)
}

for (const { channels, image, outputs, kernel, stride, groups } of layers) {
  const pad = (kernel - 1) / 2
  const rows = Math.floor((image + 2 * pad - kernel) / stride) + 1
  const x = [batch, image, image, channels]
  const weight = [outputs, channels / groups, kernel, kernel]
  const dy = [batch, rows, rows, outputs]
  const window = { strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad], groups }
  const own = [
    await milliseconds('Conv2D', [x, weight], window),
    await milliseconds('Conv2DBackpropInput', [dy, weight], { ...window, image: [image, image] }),
    await milliseconds('Conv2DBackpropFilter', [x, dy], { ...window, kernel: [kernel, kernel] }),
  ]
  const layer = [batch, channels, image, outputs, kernel, stride, groups].map(String)
  const other =
    flags.python === undefined
      ? []
      : (JSON.parse(
          execFileSync(flags.python, [join(import.meta.dirname, 'convolution_layers_torch.py'), ...layer], {
            encoding: 'utf8',
          }),
        ) as number[])
  const cells = own.map((ms, i) => `${ms.toFixed(1)}${other[i] === undefined ? '' : ` / ${other[i].toFixed(1)}`}`)
  const name = `${kernel} × ${kernel}${groups > 1 ? ' depthwise' : ''}, ${channels} → ${outputs}, ${image}², stride ${stride}`
  process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`)
}
await runtime.dispose()
