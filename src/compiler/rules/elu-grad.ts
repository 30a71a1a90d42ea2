import { binary } from './binary.ts'
import type { Rule } from './rule.ts'

/** The gradient of elu from dy and elu's output y. */
export const eluGrad: Rule = {
  ...binary({
    op: 'EluGrad',
    compute: (dy, y) => (y >= 0 ? dy : dy * (y + 1)),
    lower: (onnx) => {
      const [dy, y] = [onnx.input(0), onnx.input(1)]
      const positive = onnx.emit('GreaterOrEqual', [y, onnx.scalar(0, 'float32')])
      const scaled = onnx.emit('Mul', [dy, onnx.emit('Add', [y, onnx.scalar(1, 'float32')])])
      onnx.emit('Where', [positive, dy, scaled], {}, { output: onnx.output })
    },
    accepts: ['float32'],
    zeroPreserving: [0],
  }),
  kernel: { operands: ['dy', 'y'] },
}
