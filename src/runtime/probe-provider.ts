import { deviceOf } from './device.ts'
import { acquireEnvironment, releaseEnvironment } from './environment.ts'
import { createSession } from './session.ts'

/** An ONNX model (opset 21) of one operator: y = x + x, float32 [1]. */
const oneOperator = Buffer.from(
  'CAo6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAV',
  'base64',
)

/** Why a device cannot run a model of one operator; undefined when it can. */
async function failureOf(name: string): Promise<string | undefined> {
  const environment = acquireEnvironment()
  try {
    const settings = { threads: 1, optimization: 'disabled' as const, device: deviceOf(name) }
    const session = await createSession(environment, oneOperator, settings)
    const tensor = () => ({ dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) })
    const [x, y] = [tensor(), tensor()]
    try {
      await session.bind({ x }, { y }).run()
    } finally {
      session.dispose()
    }
    return y.data[0] === 2 ? undefined : `1 + 1 gave ${y.data[0]}`
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  } finally {
    releaseEnvironment()
  }
}

// The script of the process that `probeDevice` starts for one device.
const reason = await failureOf(process.argv[2] ?? '')
process.send?.(reason === undefined ? {} : { reason }, () => process.disconnect?.())
