import { onnxDType } from '../onnx-dtype.ts'
import { parametricUnary } from './parametric-unary.ts'

/** 1 above zero, `alpha` elsewhere. */
export const step = parametricUnary({
  op: 'Step',
  attrs: (raw) => ({ alpha: Number(raw.alpha ?? 0) }),
  compute: (x, { alpha }) => (x > 0 ? 1 : alpha),
  lower: (onnx, { alpha }) => {
    const positive = onnx.emit('Greater', [onnx.input(0), onnx.scalar(0, 'float32')])
    if (alpha === 0) onnx.emit('Cast', [positive], { to: onnxDType.float32 }, { output: onnx.output })
    else {
      const levels = [onnx.scalar(1, 'float32'), onnx.scalar(alpha, 'float32')]
      onnx.emit('Where', [positive, ...levels], {}, { output: onnx.output })
    }
  },
})
