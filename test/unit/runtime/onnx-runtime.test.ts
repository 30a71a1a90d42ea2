import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Executor, HostTensor } from '../../../src/compiler/executor.ts'
import { createOnnxRuntime } from '../../../src/runtime/onnx-runtime.ts'
import { loadOrtLibrary } from '../../../src/runtime/ort-library.ts'
import { float32, models } from './models.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createOnnxRuntime({ threads: 2 })
})
afterAll(() => executor.dispose())

describe('a binding', () => {
  it('reads its inputs and writes its outputs where they lie, again at every run', async () => {
    const session = await executor.load(models.add)
    const [x, y, z] = [float32([2, 3], 1, 2, 3, 4, 5, 6), float32([], 10), float32([2, 3])]
    const binding = session.bind({ x, y }, { z })
    await binding.run()
    expect([...z.data]).toEqual([11, 12, 13, 14, 15, 16])
    y.data[0] = 20
    x.data[5] = 0
    await binding.run()
    expect([...z.data]).toEqual([21, 22, 23, 24, 25, 20])
    session.dispose()
  })

  it('may write over an input', async () => {
    const session = await executor.load(models.add)
    const [x, y] = [float32([2, 3], 1, 2, 3, 4, 5, 6), float32([], 1)]
    const binding = session.bind({ x, y }, { z: x })
    for (let i = 0; i < 3; i++) await binding.run()
    expect([...x.data]).toEqual([4, 5, 6, 7, 8, 9])
    session.dispose()
  })

  it('keeps small arrays in place while the garbage collector moves others', async () => {
    const session = await executor.load(models.add)
    const [x, y, z] = [float32([2, 3], 1, 2, 3, 4, 5, 6), float32([], 7), float32([2, 3])]
    const binding = session.bind({ x, y }, { z })
    let garbage: Float32Array[] = []
    for (let i = 0; i < 200_000; i++) garbage = [...garbage.slice(-10), new Float32Array(6)]
    await binding.run()
    expect(garbage).toHaveLength(11)
    expect([...z.data]).toEqual([8, 9, 10, 11, 12, 13])
    session.dispose()
  })

  it('leaves the event loop free while it runs', async () => {
    const session = await executor.load(models.product)
    const square = () => float32([512, 512])
    const binding = session.bind({ x: square(), w: square() }, { z: square() })
    let ticks = 0
    let done = false
    const running = binding.run().finally(() => {
      done = true
    })
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve))
      ticks++
    }
    await running
    expect(ticks).toBeGreaterThan(10)
    session.dispose()
  })

  it('runs once at a time and not after dispose', async () => {
    const session = await executor.load(models.product)
    const square = () => float32([512, 512])
    const binding = session.bind({ x: square(), w: square() }, { z: square() })
    const first = binding.run()
    await expect(binding.run()).rejects.toThrow(/once at a time/)
    expect(() => binding.dispose()).toThrow(/while it runs/)
    await first
    binding.dispose()
    binding.dispose()
    await expect(binding.run()).rejects.toThrow(/not after dispose/)
    session.dispose()
  })
})

describe('wrong use is refused in words', () => {
  it('names the graph inputs that are missing or unknown', async () => {
    const session = await executor.load(models.add)
    const t = float32([2, 3])
    expect(() => session.bind({ x: t, q: t }, { z: t })).toThrow('graph inputs: missing [y], unknown [q]')
    expect(() => session.bind({ x: t, y: t }, {})).toThrow('graph outputs: missing [z], unknown []')
    session.dispose()
  })

  it('checks an array against the shape and type it is bound with', async () => {
    const session = await executor.load(models.add)
    const [x, y] = [float32([2, 3]), float32([])]
    const bind = (z: Parameters<typeof session.bind>[1]) => () => session.bind({ x, y }, z)
    expect(bind({ z: { dtype: 'float32', shape: [2, 3], data: new Float32Array(5) } })).toThrow(
      '"z": Float32Array(5) is no float32[2, 3]',
    )
    expect(bind({ z: { dtype: 'float32', shape: [2, 3], data: new Int32Array(6) } })).toThrow(/Int32Array\(6\)/)
    session.dispose()
  })

  it('says what ONNX Runtime says of a shape the graph does not have', async () => {
    const session = await executor.load(models.add)
    const binding = session.bind({ x: float32([3, 2]), y: float32([]) }, { z: float32([2, 3]) })
    await expect(binding.run()).rejects.toThrow(/Got invalid dimensions for input: x/)
    session.dispose()
  })

  it('refuses bytes that are no model', async () => {
    await expect(executor.load(new Uint8Array(30))).rejects.toThrow(/ONNX Runtime: .*protobuf/)
  })

  it('refuses a session after dispose', async () => {
    const other = await createOnnxRuntime({ threads: 1 })
    const session = await other.load(models.add)
    await other.dispose()
    await other.dispose()
    await expect(other.load(models.add)).rejects.toThrow(/disposed/)
    expect(() => session.bind({}, {})).toThrow(/disposed/)
  })
})

it('an executor says which runtime it is', () => {
  expect(executor.facts).toEqual({
    runtime: 'onnxruntime',
    threads: '2',
    version: expect.stringMatching(/^1\.\d+/),
    provider: 'cpu',
    precision: 'fp32',
  })
})

it('every native object is released, also where binding fails, over a thousand runs', async () => {
  const { api } = loadOrtLibrary()
  const kinds = {
    CreateIoBinding: 'ReleaseIoBinding',
    CreateTensorWithDataAsOrtValue: 'ReleaseValue',
    CreateCpuMemoryInfo: 'ReleaseMemoryInfo',
    CreateSessionOptions: 'ReleaseSessionOptions',
  } as const
  const spies = Object.entries(kinds).map(([create, release]) => ({
    created: vi.spyOn(api, create as keyof typeof kinds),
    released: vi.spyOn(api, release),
  }))
  const releasedSessions = vi.spyOn(api, 'ReleaseSession')
  const other = await createOnnxRuntime({ threads: 1 })
  const session = await other.load(models.add)
  const [x, y, z] = [float32([2, 3]), float32([]), float32([2, 3])]
  for (let i = 0; i < 1000; i++) {
    const binding = session.bind({ x, y }, { z })
    await binding.run()
    if (i % 2 === 0) binding.dispose()
    const wrong: HostTensor = { ...z, shape: [7] }
    expect(() => session.bind({ x, y }, { z: wrong })).toThrow()
  }
  await other.dispose()
  expect(spies[0]?.created).toHaveBeenCalledTimes(2000)
  for (const { created, released } of spies) expect(released.mock.calls.length).toBe(created.mock.calls.length)
  expect(releasedSessions).toHaveBeenCalledTimes(1)
})

describe('memory that stays between runs', () => {
  it('is zeroed, written and read whole or in parts, and bound where it lies', async () => {
    const whole = executor.allocate('float32', [8])
    expect(whole.read()).toEqual(new Float32Array(8))
    const x = whole.part(1, [2, 3])
    x.write(Float32Array.of(1, 2, 3, 4, 5, 6))
    await whole.part(7, [1]).upload(Float32Array.of(9))
    expect(whole.read()).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 9))
    const session = await executor.load(models.add)
    const binding = session.bind({ x, y: float32([], 10) }, { z: x })
    await binding.run()
    expect(x.read()).toEqual(Float32Array.of(11, 12, 13, 14, 15, 16))
    expect(whole.read()[7]).toBe(9)
    session.dispose()
  })
})

it('a precision that a device has no kernels for is refused before any work', async () => {
  await expect(createOnnxRuntime({ precision: 'bf16' })).rejects.toMatchObject({ code: 'XP_PRECISION_UNSUPPORTED' })
  await expect(createOnnxRuntime({ device: 'webgpu', precision: 'fp16' })).rejects.toMatchObject({
    code: 'XP_PRECISION_UNSUPPORTED',
  })
})

it('a device that does not work is an error that says what to do, and leaves the others working', async () => {
  await expect(createOnnxRuntime({ device: 'cuda:63' })).rejects.toMatchObject({
    code: 'XP_DEVICE_UNAVAILABLE',
    hint: expect.stringContaining('--onnxruntime-node-install=cuda12'),
  })
  const other = await createOnnxRuntime({ threads: 1 })
  await other.dispose()
})
