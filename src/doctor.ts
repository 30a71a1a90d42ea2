import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { join } from 'node:path'
import { packageJson } from './package-json.ts'

export interface Check {
  readonly name: string
  /** `missing`: optional and not there; `broken`: needed and not working. */
  readonly status: 'ok' | 'missing' | 'broken'
  readonly detail: string
  readonly hint?: string
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
const messageOf = (thrown: unknown) =>
  thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)

/** Whether Node's `version` is at least the `major.minor` of `range`, which is `>=major.minor`. */
export function node(version: string, range: string): Check {
  const floor = range.replace('>=', '')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = floor.split('.').map(Number)
  const ok = major > leastMajor || (major === leastMajor && minor >= leastMinor)
  return {
    name: 'node',
    status: ok ? 'ok' : 'broken',
    detail: version,
    ...(ok ? {} : { hint: `xp needs Node ${floor} or newer` }),
  }
}

const machine = (): Check => ({
  name: 'machine',
  status: 'ok',
  detail: `${availableParallelism()} cores, ${gigabytes(totalmem())} memory (${gigabytes(freemem())} free)`,
})

const broken = (name: string, error: unknown, hint: string): Check => ({
  name,
  status: 'broken',
  detail: messageOf(error),
  hint,
})

/** The library, and what each device of `engine: { device }` would do, by running a model of one operator on it. */
async function onnxRuntime(): Promise<Check[]> {
  const reinstall = 'reinstall with `npm ci`; onnxruntime-node carries the library'
  try {
    const { probeDevice, probeRuntime } = await import('./runtime/probe.ts')
    const { deviceUnavailable } = await import('./errors/runtime.ts')
    const { library, version } = probeRuntime()
    const devices = ['cpu', 'cuda', 'webgpu'].map(async (device): Promise<Check> => {
      const reason = await probeDevice(device)
      const name = `device ${device}`
      if (reason === undefined) return { name, status: 'ok', detail: 'a model ran' }
      if (device === 'cpu') return broken(name, reason, reinstall)
      const { hint } = deviceUnavailable(device, reason)
      return { name, status: 'missing', detail: reason, ...(hint === undefined ? {} : { hint }) }
    })
    const checks = await Promise.all(devices)
    const cuda = checks.some(({ name, status }) => name === 'device cuda' && status === 'ok')
    const auto = { name: 'device auto', status: 'ok' as const, detail: cuda ? 'cuda, in bf16' : 'cpu, in fp32' }
    return [{ name: 'onnxruntime', status: 'ok', detail: `${version} (${library})` }, ...checks, auto]
  } catch (error) {
    return [broken('onnxruntime', error, reinstall)]
  }
}

async function images(): Promise<Check> {
  try {
    const { default: sharp } = await import('sharp')
    const pixel = { create: { width: 1, height: 1, channels: 3 as const, background: 'white' } }
    await sharp(await sharp(pixel).jpeg().toBuffer())
      .raw()
      .toBuffer()
    return { name: 'sharp', status: 'ok', detail: `libvips ${sharp.versions.vips}, JPEG encoded and decoded` }
  } catch (error) {
    return {
      name: 'sharp',
      status: 'broken',
      detail: messageOf(error),
      hint: 'reinstall with `npm ci`; check that optional packages are not omitted',
    }
  }
}

async function store(folder: string, env: NodeJS.ProcessEnv): Promise<Check> {
  const { storeDirectory } = await import('./runner/project.ts')
  const dir = storeDirectory(folder, env)
  let existing = dir
  for (;;) {
    try {
      await access(existing, constants.F_OK)
      break
    } catch {
      existing = join(existing, '..')
    }
  }
  try {
    const probe = await mkdtemp(join(existing, '.xp-probe-'))
    await rm(probe, { recursive: true })
    const { bavail, bsize } = await statfs(existing)
    return { name: 'store', status: 'ok', detail: `${dir} is writable, ${gigabytes(bavail * bsize)} free` }
  } catch (error) {
    return {
      name: 'store',
      status: 'broken',
      detail: `${dir}: ${messageOf(error)}`,
      hint: 'set XP_STORE to a folder you may write to',
    }
  }
}

async function mlflow(env: NodeJS.ProcessEnv): Promise<Check> {
  const uri = env.MLFLOW_TRACKING_URI
  if (uri === undefined || uri === '')
    return { name: 'mlflow', status: 'missing', detail: 'MLFLOW_TRACKING_URI is not set' }
  try {
    const { pingMlflow } = await import('./tracking/mlflow/ping.ts')
    await pingMlflow(uri, env)
    return { name: 'mlflow', status: 'ok', detail: 'the tracking server answers' }
  } catch (error) {
    return {
      name: 'mlflow',
      status: 'missing',
      detail: messageOf(error),
      hint: 'runs go on without it and say what was not sent',
    }
  }
}

/** Checks what xp needs from `folder`, each thing by using it. */
export async function examine(folder: string, env: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  return [
    node(process.versions.node, packageJson.engines.node),
    machine(),
    ...(await onnxRuntime()),
    await images(),
    await store(folder, env),
    await mlflow(env),
  ]
}
