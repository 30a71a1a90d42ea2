import { acquireEnvironment, releaseEnvironment } from './environment.ts'
import { loadOrtLibrary } from './ort-library.ts'
import { listProviders } from './providers.ts'
import { createSession } from './session.ts'

/** An ONNX model (opset 21) of one operator: y = x + x, float32 [1]. */
const oneOperator = Buffer.from(
  'CAo6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAV',
  'base64',
)

export interface RuntimeProbe {
  /** Path of the shared library. */
  readonly library: string
  readonly version: string
  /** Every execution provider compiled into the library; `reason` says why one does not work. */
  readonly providers: readonly { readonly name: string; readonly available: boolean; readonly reason?: string }[]
}

/** What ONNX Runtime can do here, each provider by running a model of one operator on it. */
export async function probeRuntime(): Promise<RuntimeProbe> {
  const { path, version } = loadOrtLibrary()
  const environment = acquireEnvironment()
  const providers: RuntimeProbe['providers'][number][] = []
  try {
    for (const name of listProviders()) {
      const reason = await failureOf(environment, name)
      providers.push({ name, available: reason === undefined, ...(reason === undefined ? {} : { reason }) })
    }
  } finally {
    releaseEnvironment()
  }
  return { library: path, version, providers }
}

async function failureOf(environment: bigint, provider: string): Promise<string | undefined> {
  try {
    const session = await createSession(environment, oneOperator, { threads: 1, optimization: 'disabled', provider })
    const tensor = () => ({ dtype: 'float32' as const, shape: [1], data: Float32Array.of(1) })
    const [x, y] = [tensor(), tensor()]
    try {
      await session.bind({ x }, { y }).run()
    } finally {
      session.dispose()
    }
    return y.data[0] === 2 ? undefined : `1 + 1 gave ${y.data[0]}`
  } catch (thrown) {
    return thrown instanceof Error ? firstLine(thrown.message) : String(thrown)
  }
}

/** Native messages begin with a source location and go on for lines. */
const firstLine = (message: string) =>
  message
    .replace(/^ONNX Runtime: (\/\S+:\d+ .*? (was false\. |: ))?/, '')
    .split('\n')[0]
    ?.slice(0, 300) ?? ''
