import { unary } from './unary.ts'

export const log1p = unary({
  op: 'Log1p',
  compute: Math.log1p,
  // ONNX has no log1p: with u = 1 + x, x * log(u) / (u - 1) keeps the digits that log(1 + x) loses near 0.
  lower: (onnx) => {
    const one = onnx.scalar(1, 'float32')
    const x = onnx.input(0)
    const u = onnx.emit('Add', [x, one])
    const tiny = onnx.emit('Equal', [u, one])
    const infinite = onnx.emit('IsInf', [u])
    const scaled = onnx.emit('Div', [onnx.emit('Mul', [x, onnx.emit('Log', [u])]), onnx.emit('Sub', [u, one])])
    const unusual = onnx.emit('Or', [tiny, infinite])
    onnx.emit('Where', [unusual, x, scaled], {}, { output: onnx.output })
  },
  zeroPreserving: true,
})
