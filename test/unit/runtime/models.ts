import type { HostTensor } from '../../../src/compiler/executor.ts'

/**
 * ONNX models (opset 21), built with Python's onnx 1.23:
 * `add`: z = x + y, x float32 [2, 3], y float32 [].
 * `product`: 24 times h = h · w, from x, all float32 [512, 512].
 */
export const models = {
  add: Buffer.from(
    'CAo6SgoOCgF4CgF5EgF6IgNBZGQSAWdaEwoBeBIOCgwIARIICgIIAgoCCANaCwoBeRIGCgQIARIAYhMKAXoSDgoMCAESCAoCCAIKAggDQgQKABAV',
    'base64',
  ),
  product: Buffer.from(
    'CAo62gQKEgoBeAoBdxICaDEiBk1hdE11bAoTCgJoMQoBdxICaDIiBk1hdE11bAoTCgJoMgoBdxICaDMiBk1hdE11bAoTCgJoMwoBdxICaDQiBk1hdE11bAoTCgJoNAoBdxICaDUiBk1hdE11bAoTCgJoNQoBdxICaDYiBk1hdE11bAoTCgJoNgoBdxICaDciBk1hdE11bAoTCgJoNwoBdxICaDgiBk1hdE11bAoTCgJoOAoBdxICaDkiBk1hdE11bAoUCgJoOQoBdxIDaDEwIgZNYXRNdWwKFQoDaDEwCgF3EgNoMTEiBk1hdE11bAoVCgNoMTEKAXcSA2gxMiIGTWF0TXVsChUKA2gxMgoBdxIDaDEzIgZNYXRNdWwKFQoDaDEzCgF3EgNoMTQiBk1hdE11bAoVCgNoMTQKAXcSA2gxNSIGTWF0TXVsChUKA2gxNQoBdxIDaDE2IgZNYXRNdWwKFQoDaDE2CgF3EgNoMTciBk1hdE11bAoVCgNoMTcKAXcSA2gxOCIGTWF0TXVsChUKA2gxOAoBdxIDaDE5IgZNYXRNdWwKFQoDaDE5CgF3EgNoMjAiBk1hdE11bAoVCgNoMjAKAXcSA2gyMSIGTWF0TXVsChUKA2gyMQoBdxIDaDIyIgZNYXRNdWwKFQoDaDIyCgF3EgNoMjMiBk1hdE11bAoTCgNoMjMKAXcSAXoiBk1hdE11bBIBZ1oVCgF4EhAKDggBEgoKAwiABAoDCIAEWhUKAXcSEAoOCAESCgoDCIAECgMIgARiFQoBehIQCg4IARIKCgMIgAQKAwiABEIECgAQFQ==',
    'base64',
  ),
}

export const float32 = (shape: readonly number[], ...values: number[]): HostTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  data.set(values)
  return { dtype: 'float32', shape, data }
}
