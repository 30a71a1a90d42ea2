import type { Executor } from '../../compiler/executor.ts'
import { compilerVersion } from '../../compiler/version.ts'

/** What of the compiled engine enters keys; apart from the engine, so that planning need not load tfjs. */
export const onnxEngineFacts = (executor: Pick<Executor, 'facts'>): Record<string, string> => ({
  engine: 'onnx',
  compiler: String(compilerVersion),
  ...executor.facts,
})
