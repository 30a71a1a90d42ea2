import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

it.runIf(process.platform === 'linux')('reports nothing to anybody: ONNX Runtime does not start its telemetry', () => {
  const source = join(import.meta.dirname, '../../../src/runtime')
  const program = `
    const { createOnnxRuntime } = await import(${JSON.stringify(join(source, 'onnx-runtime.ts'))})
    await (await createOnnxRuntime()).dispose()
    process.stdout.write(String(process.pid))`
  // What its library takes for a build server keeps it quiet as well, and would hide what this looks for.
  const { PATH = '', HOME = '' } = process.env
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const pid = execFileSync(process.execPath, args, { env: { PATH, HOME }, encoding: 'utf8' })
  expect(pid).toMatch(/^\d+$/)
  // Its first act is to open this log.
  expect(existsSync(`/tmp/mat-debug-${pid}.log`)).toBe(false)
})
