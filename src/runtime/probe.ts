import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadOrtLibrary } from './ort-library.ts'
import { listProviders } from './providers.ts'

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
  const providers = await Promise.all(
    listProviders().map(async (name) => {
      const reason = await failureInOwnProcess(name)
      return { name, available: reason === undefined, ...(reason === undefined ? {} : { reason }) }
    }),
  )
  return { library: path, version, providers }
}

/** Native libraries write to stderr as they please, and a driver may kill its process: each provider gets its own. */
function failureInOwnProcess(provider: string): Promise<string | undefined> {
  const inCheckout = import.meta.url.endsWith('.ts')
  const script = new URL(inCheckout ? './probe-provider.ts' : './probe-provider.js', import.meta.url)
  const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const child = fork(fileURLToPath(script), [provider], {
    execArgv: inCheckout ? ['--import', tsx()] : [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  return new Promise((resolve) => {
    let answer: { readonly reason?: string } | undefined
    child.on('message', (message: { readonly reason?: string }) => {
      answer = message
    })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => {
      if (answer === undefined) resolve(`its process ended with ${signal ?? code}: ${firstLine(said)}`)
      else resolve(answer.reason === undefined ? undefined : `${firstLine(answer.reason)}${aside(said)}`)
    })
  })
}

/** What the native library said beside its failure, in brackets. */
const aside = (said: string) => {
  const line = firstLine(said.trim()).replace(/^(Warning|Error): /i, '')
  return line === '' ? '' : ` (${line})`
}

/** Native messages begin with a source location and go on for lines. */
const firstLine = (message: string) =>
  message
    .replace(/^ONNX Runtime: (\/\S+:\d+ .*? (was false\. |: ))?/, '')
    .split('\n')[0]
    ?.slice(0, 300) ?? ''
