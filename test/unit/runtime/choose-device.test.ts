import { expect, it } from 'vitest'
import { chooseDevice } from '../../../src/runtime/choose-device.ts'
import { deviceOf, precisionOn } from '../../../src/runtime/device.ts'
import { deviceLacks } from '../../../src/runtime/device-files.ts'
import { probeDevice } from '../../../src/runtime/probe.ts'

const library = (path: string) => path.includes('onnxruntime_providers_cuda')

it('what CUDA lacks is told by files, before any process is started', () => {
  expect(deviceLacks('cuda', 'linux', () => false)).toMatch(/^libonnxruntime_providers_cuda\.so is not beside/)
  expect(deviceLacks('cuda:1', 'win32', () => false)).toMatch(/^onnxruntime_providers_cuda\.dll is not beside/)
  expect(deviceLacks('cuda', 'linux', library)).toBe('there is no NVIDIA driver')
  expect(deviceLacks('cuda', 'linux', (path) => library(path) || path === '/dev/nvidiactl')).toBeUndefined()
  expect(deviceLacks('cuda', 'darwin', () => true)).toBe('there is no CUDA on darwin')
  for (const device of ['cpu', 'webgpu']) expect(deviceLacks(device, 'linux', () => false)).toBeUndefined()
})

it('auto is CUDA exactly where a model runs there', async () => {
  const works = (await probeDevice('cuda')) === undefined
  expect(await chooseDevice('auto')).toEqual({ provider: works ? 'cuda' : 'cpu', id: 0 })
})

it('a device by its name is taken as it is, and refused where its files are not there', async () => {
  expect(await chooseDevice('webgpu')).toEqual({ provider: 'webgpu', id: 0 })
  const lacking = deviceLacks('cuda:1')
  const chosen = chooseDevice('cuda:1')
  if (lacking === undefined) expect(await chosen).toEqual({ provider: 'cuda', id: 1 })
  else await expect(chosen).rejects.toMatchObject({ code: 'XP_DEVICE_UNAVAILABLE', exit: 'environment' })
})

it('auto is bf16 on CUDA and fp32 elsewhere, and what a device cannot compute is refused', () => {
  const of = (device: string, asked: 'auto' | 'fp16' = 'auto') => precisionOn(deviceOf(device), asked)
  expect([of('cuda:1'), of('cpu'), of('webgpu'), of('cuda', 'fp16')]).toEqual(['bf16', 'fp32', 'fp32', 'fp16'])
  expect(() => of('cpu', 'fp16')).toThrow(expect.objectContaining({ code: 'XP_PRECISION_UNSUPPORTED', exit: 'config' }))
})
