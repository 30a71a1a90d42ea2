import type { DType } from './ir.ts'

/** TensorProto.DataType of each IR dtype (onnx-ml.proto). */
export const onnxDType: Readonly<Record<DType | 'int64', number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
}
