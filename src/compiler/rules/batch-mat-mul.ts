import { lowerProduct, matrixProduct, matrixProductType } from './matrix-product.ts'
import { arity, operand, type Rule } from './rule.ts'

/** Product over the last two axes, either operand transposed; leading axes broadcast. */
export const batchMatMul: Rule<{ readonly transposeA: boolean; readonly transposeB: boolean }> = {
  op: 'BatchMatMul',
  kernel: {
    operands: ['a', 'b'],
    attrs: (raw) => ({ transposeA: raw.transposeA === true, transposeB: raw.transposeB === true }),
  },
  zeroPreserving: [0, 1],
  infer(inputs, { transposeA, transposeB }) {
    arity(inputs, 2)
    return [matrixProductType(operand(inputs, 0), operand(inputs, 1), transposeA, transposeB)]
  },
  evaluate: (inputs, attrs, outputs) => [
    matrixProduct(operand(inputs, 0), operand(inputs, 1), attrs, operand(outputs, 0)),
  ],
  lower(onnx, { transposeA, transposeB }) {
    const flat = onnx.inputTypes.every(({ shape }) => shape.length === 2)
    const attrs = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }
    const output = onnx.output
    if (!transposeA && !transposeB) onnx.emit('MatMul', onnx.inputs, {}, { output })
    else if (flat) onnx.emit('Gemm', onnx.inputs, attrs, { output })
    else lowerProduct(onnx, onnx.inputs, operand(onnx.inputTypes, 0).shape.length, { transposeA, transposeB }, output)
  },
}
