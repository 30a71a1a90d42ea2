import { sameShape, sizeOf } from '../ir.ts'
import { at } from '../shape.ts'
import { onnxWindow, toNchw, toNhwc } from './conv-geometry.ts'
import { firstMaxima } from './max-pool.ts'
import { type PoolAttrs, pooledType, poolWindow } from './pool-window.ts'
import { arity, type Expansion, need, operand, type Rule } from './rule.ts'

/** Gradient of MaxPool from dy and x: the first maximum of each window, row by row, takes all (as tfjs's cpu and torch). */
export const maxPoolGrad: Rule<PoolAttrs> = {
  op: 'MaxPoolGrad',
  infer(inputs, attrs) {
    arity(inputs, 2)
    const [dy, x] = [operand(inputs, 0), operand(inputs, 1)]
    need(sameShape(dy.shape, pooledType(x, attrs).shape), "takes dy in the result's shape")
    return [{ dtype: 'float32', shape: x.shape }]
  },
  evaluate(inputs, attrs, outputs) {
    const [dy, x] = [operand(inputs, 0), operand(inputs, 1)]
    const sums = new Float64Array(sizeOf(operand(outputs, 0).shape))
    for (const [from, to] of firstMaxima(x, dy, attrs).entries()) sums[to] = at(sums, to) + at(dy.data, from)
    return [Float32Array.from(sums)]
  },
  lower(onnx, attrs) {
    const [n = 0, height = 0, width = 0, channels = 0] = onnx.inputTypes[1]?.shape ?? []
    const all = onnx.int64([-1])
    const [dy, x] = onnx.inputs.map((value) => onnx.emit('Transpose', [value], { perm: toNchw })) as [string, string]
    const [unread, indices] = [`${onnx.output}.maxima`, `${onnx.output}.indices`]
    onnx.emit('MaxPool', [x], onnxWindow(attrs.kernel, attrs), { outputs: [unread, indices] })
    const zeros = onnx.emit('ConstantOfShape', [onnx.int64([n * channels * height * width])])
    const flat = [indices, dy].map((value) => onnx.emit('Reshape', [value, all]))
    const scattered = onnx.emit('ScatterElements', [zeros, ...flat], { axis: 0, reduction: 'add' })
    const dx = onnx.emit('Reshape', [scattered, onnx.int64([n, channels, height, width])])
    onnx.emit('Transpose', [dx], { perm: toNhwc }, { output: onnx.output })
  },
}

export const maxPoolGradKernel: Expansion = {
  kernel: 'MaxPoolGrad',
  operands: ['dy', 'input'],
  expand: (add, inputs, raw) => [add.node('MaxPoolGrad', inputs, poolWindow(raw, operand(inputs, 1)))],
}
