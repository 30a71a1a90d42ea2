import { isFloat } from '../ir.ts'
import { at } from '../shape.ts'
import { onnxWindow, toNchw, toNhwc, type Window, windowPositions } from './conv-geometry.ts'
import { forEachTap } from './conv-taps.ts'
import { arity, need, operand, type Rule, type TensorType } from './rule.ts'

export type ConvAttrs = Window & { readonly groups: number }

/** Checks x `[n, h, w, in]` against a weight `[out, in / groups, kh, kw]`. */
export function needConvolvable(x: TensorType, weight: TensorType, groups: number): void {
  const fits = isFloat(x.dtype) && weight.dtype === x.dtype && x.shape.length === 4 && weight.shape.length === 4
  need(fits, 'takes a float32 image batch and a float32 kernel, both of rank 4')
  need(
    x.shape[3] === at(weight.shape, 1) * groups && at(weight.shape, 0) % groups === 0,
    `cannot apply a kernel for ${at(weight.shape, 1) * groups} channels to ${at(x.shape, 3)}`,
  )
}

/** Cross-correlation of x `[n, h, w, in]` with `[out, in / groups, kh, kw]` (ONNX Conv 11, which wants channels first). */
export const conv2d: Rule<ConvAttrs> = {
  op: 'Conv2D',
  infer(inputs, attrs) {
    arity(inputs, 2)
    const [x, weight] = [operand(inputs, 0), operand(inputs, 1)]
    needConvolvable(x, weight, attrs.groups)
    const positions = windowPositions(x.shape.slice(1, 3), weight.shape.slice(2), attrs)
    return [{ dtype: x.dtype, shape: [at(x.shape, 0), ...positions, at(weight.shape, 0)] }]
  },
  evaluate(inputs, attrs, outputs) {
    const [x, weight, { shape }] = [operand(inputs, 0), operand(inputs, 1), operand(outputs, 0)]
    const sums = new Float64Array(shape.reduce((a, b) => a * b, 1))
    forEachTap(x.shape, weight.shape, shape, attrs.groups, attrs, (from, by, to) => {
      sums[to] = at(sums, to) + at(x.data, from) * at(weight.data, by)
    })
    return [Float32Array.from(sums)]
  },
  lower(onnx, attrs) {
    const kernel = onnx.inputTypes[1]?.shape.slice(2) ?? []
    const x = onnx.emit('Transpose', [onnx.input(0)], { perm: toNchw })
    const y = onnx.emit('Conv', [x, onnx.input(1)], { ...onnxWindow(kernel, attrs), group: attrs.groups })
    onnx.emit('Transpose', [y], { perm: toNhwc }, { output: onnx.output })
  },
}
