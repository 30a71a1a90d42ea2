import { expect, it } from 'vitest'
import { createEngine, engineCheck, engineFacts } from '../../src/engines.ts'
import { expectedErrors } from '../../src/errors/xp-error.ts'
import type { EngineSettings, OnnxSettings } from '../../src/registry/engine-settings.ts'
import { deviceLacks } from '../../src/runtime/device-files.ts'

const place = (line: number) => ({ file: 'x.yaml', line, column: 1 })
const where = { device: place(2), precision: place(3), backend: place(4) }
const onnx = (changes: Partial<OnnxSettings> = {}): EngineSettings => ({
  name: 'onnx',
  device: 'cpu',
  precision: 'auto',
  allowFallback: false,
  where,
  ...changes,
})

it.each<[string, EngineSettings]>([
  ['onnx on the CPU', onnx()],
  ['onnx where it works best', onnx({ device: 'auto' })],
  ['onnx on two threads', onnx({ threads: 2 })],
  ['tfjs', { name: 'tfjs', backend: 'cpu', where }],
  ['tfjs on wasm', { name: 'tfjs', backend: 'wasm', where }],
])('the facts that keys hold before an engine is made are those of the engine: %s', async (_, settings) => {
  const engine = await createEngine(settings)
  expect(await engineFacts(settings)).toEqual(engine.facts)
  await engine.dispose()
})

it('keys tell precision, provider and asked threads, and nothing that cannot change the bits', async () => {
  expect(await engineFacts(onnx())).toMatchObject({ engine: 'onnx', provider: 'cpu', precision: 'fp32' })
  expect(await engineFacts(onnx({ device: 'webgpu' }))).toMatchObject({ provider: 'webgpu', precision: 'fp32' })
  expect((await engineFacts(onnx({ threads: 2 }))).threads).toBe('2')
  expect(await engineFacts(onnx({ allowFallback: true }))).toEqual(await engineFacts(onnx({ precision: 'fp32' })))
})

it('what cannot work is an error at its own token', async () => {
  const errorOf = async (work: Promise<unknown>) => expectedErrors(await work.catch((thrown) => thrown))[0]
  const precision = await errorOf(engineFacts(onnx({ precision: 'bf16' })))
  expect(precision).toMatchObject({ code: 'XP_PRECISION_UNSUPPORTED', where: place(3) })
  const check = engineCheck(onnx({ device: 'cuda:63' }))
  expect(await errorOf(check?.() ?? Promise.resolve())).toMatchObject({
    code: 'XP_DEVICE_UNAVAILABLE',
    where: place(2),
  })
  if (deviceLacks('cuda') === undefined) return
  const device = await errorOf(createEngine(onnx({ device: 'cuda' })))
  expect(device).toMatchObject({ code: 'XP_DEVICE_UNAVAILABLE', where: place(2) })
})

it('only a device or backend that may fail is tried before work', () => {
  expect([onnx(), onnx({ device: 'auto' })].map(engineCheck)).toEqual([undefined, undefined])
  expect(engineCheck({ name: 'tfjs', backend: 'cpu', where })).toBeUndefined()
  expect(engineCheck({ name: 'tfjs', backend: 'wasm', where })).toBeTypeOf('function')
  expect(engineCheck(onnx({ device: 'webgpu' }))).toBeTypeOf('function')
})
