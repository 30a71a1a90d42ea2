import { binary } from './binary.ts'

export const notEqual = binary({
  op: 'NotEqual',
  compute: (a, b) => (a === b ? 0 : 1),
  lower: (onnx) => {
    onnx.emit('Not', [onnx.emit('Equal', onnx.inputs)], {}, { output: onnx.output })
  },
  accepts: ['float32', 'int32', 'bool'],
  result: 'bool',
  commutative: true,
})
