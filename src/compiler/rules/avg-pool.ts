import { sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { onnxWindow, toNchw, toNhwc } from './conv-geometry.ts'
import { forEachPixel } from './conv-taps.ts'
import { inferPool, type PoolAttrs, poolWindow } from './pool-window.ts'
import { operand, type Rule } from './rule.ts'

/** Mean of each window of `[n, h, w, c]` over the pixels inside the image (ONNX AveragePool 19). */
export const avgPool: Rule<PoolAttrs> = {
  op: 'AvgPool',
  kernel: { operands: ['x'], attrs: (raw, inputs) => poolWindow(raw, operand(inputs, 0)) },
  infer: inferPool,
  evaluate(inputs, attrs, outputs) {
    const [x, { shape }] = [operand(inputs, 0), operand(outputs, 0)]
    const [n, height, width, channels] = x.shape as [number, number, number, number]
    const positions = shape.slice(1, 3)
    const sums = new Float64Array(sizeOf(shape))
    const counts = new Float64Array(sizeOf(positions))
    forEachPixel([height, width], attrs.kernel, positions, attrs, (pixel, _tap, position) => {
      counts[position] = at(counts, position) + 1
      for (let image = 0; image < n; image++)
        for (let channel = 0; channel < channels; channel++) {
          const to = (image * counts.length + position) * channels + channel
          sums[to] = at(sums, to) + at(x.data, (image * height * width + pixel) * channels + channel)
        }
    })
    return [Float32Array.from(sums, (sum, i) => sum / at(counts, Math.floor(i / channels) % counts.length))]
  },
  lower(onnx, attrs) {
    const x = onnx.emit('Transpose', onnx.inputs, { perm: toNchw })
    const y = onnx.emit('AveragePool', [x], onnxWindow(attrs.kernel, attrs))
    onnx.emit('Transpose', [y], { perm: toNhwc }, { output: onnx.output })
  },
}
