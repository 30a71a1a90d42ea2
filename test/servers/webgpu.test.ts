import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
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
