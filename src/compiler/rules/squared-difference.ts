import { binary } from './binary.ts'

export const squaredDifference = binary({
  op: 'SquaredDifference',
  compute: (a, b) => (a - b) ** 2,
  lower: (onnx) => {
    const difference = onnx.emit('Sub', onnx.inputs)
    onnx.emit('Mul', [difference, difference], {}, { output: onnx.output })
  },
  commutative: true,
})
