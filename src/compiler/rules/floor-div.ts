import { binary } from './binary.ts'

export const floorDiv = binary({
  op: 'FloorDiv',
  compute: (a, b) => Math.floor(a / b),
  lower: (onnx) => {
    const [a, b] = [onnx.input(0), onnx.input(1)]
    if (onnx.outputTypes[0]?.dtype === 'float32') {
      onnx.emit('Floor', [onnx.emit('Div', [a, b])], {}, { output: onnx.output })
      return
    }
    // ONNX divides integers towards zero; taking the floored remainder off first makes the division exact.
    const remainder = onnx.emit('Mod', [a, b])
    onnx.emit('Div', [onnx.emit('Sub', [a, remainder]), b], {}, { output: onnx.output })
  },
})
