import { sameShape } from '../ir.ts'
import { at, broadcastShapes, broadcastStrides, forEachOffset } from '../shape.ts'
import { matrixProduct, matrixProductType } from './matrix-product.ts'
import { arity, need, operand, type Rule } from './rule.ts'

/** A · B + C of matrices, C broadcast to the product (ONNX Gemm 13). */
export const gemm: Rule<{ readonly transposeA: boolean; readonly transposeB: boolean }> = {
  op: 'Gemm',
  infer(inputs, { transposeA, transposeB }) {
    arity(inputs, 3)
    const product = matrixProductType(operand(inputs, 0), operand(inputs, 1), transposeA, transposeB)
    const sum = broadcastShapes(product.shape, operand(inputs, 2).shape)
    const fits = product.shape.length === 2 && sum !== undefined && sameShape(sum, product.shape)
    need(fits && operand(inputs, 2).dtype === product.dtype, 'takes matrices and a bias')
    return [product]
  },
  evaluate(inputs, attrs, outputs) {
    const [bias, type] = [operand(inputs, 2), operand(outputs, 0)]
    const out = matrixProduct(operand(inputs, 0), operand(inputs, 1), attrs, type)
    forEachOffset(type.shape, [broadcastStrides(bias.shape, type.shape)], (i, [from]) => {
      out[i] = at(out, i) + at(bias.data, from as number)
    })
    return [out]
  },
  lower(onnx, { transposeA, transposeB }) {
    const attrs = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }
    onnx.emit('Gemm', onnx.inputs, attrs, { output: onnx.output })
  },
}
