import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createProject, tinyExperiment } from '../e2e/project.ts'
import { excess, tolerances } from '../tolerances.ts'
import type { DeviceTraining } from './device-training.ts'

// SwiftShader computes Vulkan on the CPU; Debian's chromium brings it, and the loader that finds it.
const chromium = '/usr/lib/chromium'
const driver = `${chromium}/vk_swiftshader_icd.json`
const present = existsSync(driver)
if (!present) console.warn(`skipped: WebGPU is tested through SwiftShader, and there is no ${driver}`)

const env = {
  ...process.env,
  VK_ICD_FILENAMES: driver,
  VK_DRIVER_FILES: driver,
  LD_LIBRARY_PATH: chromium,
  XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
}

async function script(name: string, ...args: string[]): Promise<string> {
  const file = fileURLToPath(new URL(name, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file, ...args], { env })
  return stdout
}

it.runIf(present)('a ViT trains on WebGPU as on the CPU, its state in device memory', async () => {
  const [webgpu, cpu] = [
    JSON.parse(await script('device-training.ts', 'webgpu')) as DeviceTraining,
    JSON.parse(await script('device-training.ts', 'cpu')) as DeviceTraining,
  ]
  expect(webgpu.losses).toHaveLength(7)
  for (const key of ['losses', 'gradNorms', 'logits', 'predicted'] as const)
    expect(excess(webgpu[key], cpu[key], tolerances.device), key).toBeLessThan(1)
  expect(webgpu.logits).not.toEqual(cpu.logits)
  expect(excess(webgpu.predicted, webgpu.logits, tolerances.device)).toBeLessThan(1)
})

it.runIf(present)('an experiment runs on WebGPU as on the CPU, and comes from the cache again', async () => {
  const project = createProject(env)
  try {
    project.write('tiny.yaml', tinyExperiment().replace('seed: 42', 'seed: 42\nengine: { device: webgpu }'))
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json', ...args)
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout)
    }
    const statuses = ({ stages }: { stages: { id: string; status: string }[] }) =>
      Object.fromEntries(stages.map(({ id, status }) => [id, status]))
    expect((await project.xp('validate', 'tiny.yaml')).code).toBe(0)
    const webgpu = await run()
    expect(JSON.parse(readFileSync(join(webgpu.dir, 'lock.json'), 'utf8')).engine).toMatchObject({
      provider: 'webgpu',
      precision: 'fp32',
    })
    expect(new Set(Object.values(statuses(await run())))).toEqual(new Set(['hit']))
    const cpu = await run('--set', 'engine.device=cpu')
    expect(statuses(cpu)).toMatchObject({ model: 'hit', transform: 'hit', train: 'ran', evaluate: 'ran' })
    const losses = ({ metrics }: { metrics: Record<string, number> }) =>
      ['before/test/loss', 'validation/loss', 'evaluate/test/loss'].map((name) => metrics[name] ?? Number.NaN)
    expect(excess(losses(webgpu), losses(cpu), tolerances.device)).toBeLessThan(1)
  } finally {
    await project.remove()
  }
})

it.runIf(present)('a WebGPU device without a driver ends with exit code 4 before any work', async () => {
  const project = createProject({ ...env, LD_LIBRARY_PATH: '' })
  try {
    project.write('tiny.yaml', tinyExperiment().replace('seed: 42', 'engine: { device: webgpu }'))
    for (const command of ['run', 'validate']) {
      const { code, stderr } = await project.xp(command, 'tiny.yaml')
      expect(code, command).toBe(4)
      expect(stderr).toContain('error[XP_DEVICE_UNAVAILABLE]: the device "webgpu" cannot be used')
      expect(stderr).toContain('2 | engine: { device: webgpu }\n  |                   ^^^^^^')
      expect(stderr).not.toMatch(/^\s+at .*:\d+/m)
    }
    expect(existsSync(join(project.dir, 'runs'))).toBe(false)
  } finally {
    await project.remove()
  }
})
