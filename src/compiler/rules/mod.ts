import { binary } from './binary.ts'

export const mod = binary({
  op: 'Mod',
  compute: (a, b) => a - b * Math.floor(a / b),
  lower: (onnx) => {
    const [a, b] = [onnx.input(0), onnx.input(1)]
    if (onnx.outputTypes[0]?.dtype === 'int32') {
      onnx.emit('Mod', [a, b], {}, { output: onnx.output })
      return
    }
    const whole = onnx.emit('Floor', [onnx.emit('Div', [a, b])])
    onnx.emit('Sub', [a, onnx.emit('Mul', [b, whole])], {}, { output: onnx.output })
  },
})
