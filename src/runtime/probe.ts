import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { deviceLacks } from './device-files.ts'
import { loadOrtLibrary } from './ort-library.ts'
import { listProviders } from './providers.ts'
import { firstLine } from './status.ts'

export interface RuntimeProbe {
  /** Path of the shared library. */
  readonly library: string
  readonly version: string
  /** Execution providers compiled into the library, by their names in ONNX Runtime. */
  readonly providers: readonly string[]
}

/** The library that computes here. */
export function probeRuntime(): RuntimeProbe {
  const { path, version } = loadOrtLibrary()
  return { library: path, version, providers: listProviders() }
}

const probes = new Map<string, Promise<string | undefined>>()

/** Why a device (`cuda:1`) cannot run a model of one operator; undefined when it can. Tried once per process. */
export function probeDevice(name: string): Promise<string | undefined> {
  const known = probes.get(name) ?? tryDevice(name)
  probes.set(name, known)
  return known
}

async function tryDevice(name: string): Promise<string | undefined> {
  const lacking = deviceLacks(name)
  if (lacking !== undefined) return lacking
  const { answer, said, ended } = await runApart('./probe-provider', [name])
  if (answer === undefined) return `its process ended with ${ended}: ${firstLine(said)}`
  const { reason } = answer as { readonly reason?: string }
  return reason === undefined ? undefined : `${firstLine(reason)}${aside(said)}`
}

/** The operators (op types) of a model that a device leaves to the CPU, from what ONNX Runtime logs about it. */
export async function cpuOperators(name: string, onnx: Uint8Array): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'xp-model-'))
  try {
    const file = join(folder, 'model.onnx')
    await writeFile(file, onnx)
    const { said } = await runApart('./probe-placement', [name, file])
    return operatorsPlacedOn('CPUExecutionProvider', said)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Op types in ONNX Runtime's log of node placements; what it adds by itself (`Memcpy…`) is left out. */
export function operatorsPlacedOn(provider: string, log: string): readonly string[] {
  const operators = new Set<string>()
  let inside = false
  for (const line of log.split('\n')) {
    const placed = /placed on \[(\w+)\]/.exec(line)?.[1]
    if (placed !== undefined) inside = placed === provider
    const operator = / (\w+) \([^)]*\)\s*$/.exec(line)?.[1]
    if (inside && operator !== undefined && !operator.startsWith('Memcpy')) operators.add(operator)
  }
  return [...operators].sort()
}

/** Native libraries write to stderr as they please, and a driver may kill its process: each trial gets its own. */
function runApart(script: string, args: readonly string[]) {
  const inCheckout = import.meta.url.endsWith('.ts')
  const url = new URL(`${script}${inCheckout ? '.ts' : '.js'}`, import.meta.url)
  const tsx = () => pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const child = fork(fileURLToPath(url), [...args], {
    execArgv: inCheckout ? ['--import', tsx()] : [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  return new Promise<{ readonly answer?: unknown; readonly said: string; readonly ended: string }>((resolve) => {
    let answer: unknown
    child.on('message', (message) => {
      answer = message
    })
    child.on('error', (error) => resolve({ said, ended: error.message }))
    child.on('close', (code, signal) => resolve({ answer, said, ended: String(signal ?? code) }))
  })
}

/** What the native library said beside its failure, in brackets. */
const aside = (said: string) => {
  const line = firstLine(said.trim()).replace(/^(Warning|Error): /i, '')
  return line === '' ? '' : ` (${line})`
}
