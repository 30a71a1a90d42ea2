import { binary } from './binary.ts'

export const atan2 = binary({
  op: 'Atan2',
  compute: Math.atan2,
  // ONNX has no atan2: atan(y / x), moved by half a turn where x is negative.
  lower: (onnx) => {
    const [y, x, zero, pi] = [onnx.input(0), onnx.input(1), onnx.scalar(0, 'float32'), onnx.scalar(Math.PI, 'float32')]
    const half = onnx.scalar(Math.PI / 2, 'float32')
    const ratio = onnx.emit('Atan', [onnx.emit('Div', [y, x])])
    const turn = onnx.emit('Where', [onnx.emit('Less', [y, zero]), onnx.emit('Neg', [pi]), pi])
    const turned = onnx.emit('Where', [onnx.emit('Less', [x, zero]), onnx.emit('Add', [ratio, turn]), ratio])
    const upright = onnx.emit('Mul', [onnx.emit('Sign', [y]), half])
    onnx.emit('Where', [onnx.emit('Equal', [x, zero]), upright, turned], {}, { output: onnx.output })
  },
  accepts: ['float32'],
})
