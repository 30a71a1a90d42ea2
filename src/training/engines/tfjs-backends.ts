import { createRequire } from 'node:module'
import { backendMissing, backendUnusable } from '../../errors/training.ts'
import type { TfjsSettings } from '../../registry/engine-settings.ts'

type Backend = TfjsSettings['backend']

/** The package that registers a backend, and its name inside tfjs. */
const packages: Readonly<Record<Exclude<Backend, 'cpu'>, { readonly from: string; readonly name: string }>> = {
  wasm: { from: '@tensorflow/tfjs-backend-wasm', name: 'wasm' },
  node: { from: '@tensorflow/tfjs-node', name: 'tensorflow' },
  'node-gpu': { from: '@tensorflow/tfjs-node-gpu', name: 'tensorflow' },
}

const require = createRequire(import.meta.url)
const versionOf = (name: string): string => require(`${name}/package.json`).version

/** What of the eager engine enters keys; loads no tfjs. @throws XP_BACKEND_MISSING */
export function tfjsEngineFacts(backend: Backend): Record<string, string> {
  const facts = { engine: 'tfjs', version: versionOf('@tensorflow/tfjs'), device: backend }
  if (backend === 'cpu') return facts
  const { from } = packages[backend]
  try {
    return { ...facts, backend: versionOf(from) }
  } catch {
    throw backendMissing(backend, from, facts.version)
  }
}

/** Loads what registers a backend; answers its name inside tfjs. @throws XP_BACKEND_UNUSABLE */
export async function loadBackend(backend: Backend): Promise<string> {
  if (backend === 'cpu') return 'cpu'
  const { from, name } = packages[backend]
  try {
    await import(from)
  } catch (cause) {
    throw backendUnusable(backend, from, cause)
  }
  return name
}
