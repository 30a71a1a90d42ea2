import * as ort from 'onnxruntime-node'
import type { HostTensor } from '../../../src/compiler/executor.ts'

/** Runs an ONNX model on feeds through ONNX Runtime's own JavaScript binding. */
export async function runOnnx(
  onnx: Uint8Array,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, ort.Tensor['data']>> {
  const session = await ort.InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const inputs = session.inputNames.map((name) => {
    const feed = feeds[name]
    if (feed === undefined) throw new Error(`no feed for ${name}`)
    return [name, new ort.Tensor(feed.dtype as 'float32', feed.data as Float32Array, [...feed.shape])] as const
  })
  const results = await session.run(Object.fromEntries(inputs))
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, (tensor as ort.Tensor).data]))
}
