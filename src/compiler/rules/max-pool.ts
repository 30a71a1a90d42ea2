import { sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { onnxWindow, toNchw, toNhwc } from './conv-geometry.ts'
import { forEachPixel } from './conv-taps.ts'
import { inferPool, type PoolAttrs, poolWindow } from './pool-window.ts'
import { type HostTensor, operand, type Rule, type TensorType } from './rule.ts'

/** The index of each window's first maximum in x, in the order of the results. */
export function firstMaxima(x: HostTensor, result: TensorType, attrs: PoolAttrs): Int32Array {
  const [n, height, width, channels] = x.shape as [number, number, number, number]
  const [, rows, columns] = result.shape as [number, number, number]
  const found = new Int32Array(sizeOf(result.shape)).fill(-1)
  forEachPixel([height, width], attrs.kernel, [rows, columns], attrs, (pixel, _tap, position) => {
    for (let image = 0; image < n; image++)
      for (let channel = 0; channel < channels; channel++) {
        const from = (image * height * width + pixel) * channels + channel
        const to = (image * rows * columns + position) * channels + channel
        if (at(found, to) < 0 || at(x.data, from) > at(x.data, at(found, to))) found[to] = from
      }
  })
  return found
}

/** Maximum of each window of `[n, h, w, c]` (ONNX MaxPool 12); padding never wins. */
export const maxPool: Rule<PoolAttrs> = {
  op: 'MaxPool',
  kernel: { operands: ['x'], attrs: (raw, inputs) => poolWindow(raw, operand(inputs, 0)) },
  infer: inferPool,
  evaluate(inputs, attrs, outputs) {
    const x = operand(inputs, 0)
    return [Float32Array.from(firstMaxima(x, operand(outputs, 0), attrs), (i) => at(x.data, i))]
  },
  lower(onnx, attrs) {
    const x = onnx.emit('Transpose', onnx.inputs, { perm: toNchw })
    const y = onnx.emit('MaxPool', [x], onnxWindow(attrs.kernel, attrs))
    onnx.emit('Transpose', [y], { perm: toNhwc }, { output: onnx.output })
  },
}
