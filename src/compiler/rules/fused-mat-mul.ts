import { lowerProduct, matrixProduct, matrixProductType } from './matrix-product.ts'
import { arity, operand, type Rule } from './rule.ts'

type FusedMatMulAttrs = { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number }

/** BatchMatMul scaled by a constant (com.microsoft FusedMatMul 1). */
export const fusedMatMul: Rule<FusedMatMulAttrs> = {
  op: 'FusedMatMul',
  zeroPreserving: [0, 1],
  infer(inputs, { transposeA, transposeB }) {
    arity(inputs, 2)
    return [matrixProductType(operand(inputs, 0), operand(inputs, 1), transposeA, transposeB)]
  },
  evaluate: (inputs, attrs, outputs) => [
    matrixProduct(operand(inputs, 0), operand(inputs, 1), attrs, operand(outputs, 0)),
  ],
  lower(onnx, attrs) {
    lowerProduct(onnx, onnx.inputs, operand(onnx.inputTypes, 0).shape.length, attrs, onnx.output)
  },
}
