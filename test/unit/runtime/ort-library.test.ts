import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { loadOrtLibrary } from '../../../src/runtime/ort-library.ts'
import { check, OrtFailure } from '../../../src/runtime/status.ts'

it('the library stays loaded when the garbage collector runs', async () => {
  const { api } = loadOrtLibrary()
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let i = 0; i < 20; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const options: [bigint | null] = [null]
  expect(api.CreateSessionOptions(options)).toBeNull()
  api.ReleaseSessionOptions(options[0])
})

it('a status that is no success is thrown with its code and text', () => {
  const { api } = loadOrtLibrary()
  const options: [bigint | null] = [null]
  check(api, api.CreateSessionOptions(options))
  const status = api.SetSessionGraphOptimizationLevel(options[0], 12345)
  expect(() => check(api, status)).toThrow(OrtFailure)
  api.ReleaseSessionOptions(options[0])
})
