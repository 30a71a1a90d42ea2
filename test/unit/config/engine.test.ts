import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { fakeRegistry } from './fake-registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'xp-engine-'))
afterAll(() => rmSync(folder, { recursive: true }))

const defaults = { name: 'onnx', device: 'auto', precision: 'auto', allowFallback: false }

async function engineOf(line: string, ...set: string[]) {
  const file = join(folder, 'experiment.yaml')
  writeFileSync(file, `name: a\n${line}\nstages:\n  load: { uses: load/imagefolder, with: { root: x } }\n`)
  const { engine, resolvedYaml } = await loadExperiment(file, { registry: fakeRegistry, set, env: {} })
  const { where, ...settings } = engine
  expect(parse(resolvedYaml).engine).toEqual(settings)
  return { settings, where, resolvedYaml }
}

it('it compiles for the device that works, where nothing is said', async () => {
  const { settings, where, resolvedYaml } = await engineOf('')
  expect({ settings, where }).toEqual({ settings: defaults, where: {} })
  expect(resolvedYaml).toContain('engine: # default\n  name: onnx\n  device: auto\n')
})

it.each([
  ['engine: onnx', defaults],
  ['engine: tfjs', { name: 'tfjs', backend: 'cpu' }],
  ['engine: { name: tfjs, backend: wasm }', { name: 'tfjs', backend: 'wasm' }],
  ['engine: { device: cuda:1, precision: fp16 }', { ...defaults, device: 'cuda:1', precision: 'fp16' }],
  ['engine: { threads: 2, allowFallback: true }', { ...defaults, threads: 2, allowFallback: true }],
  ['engine: {}', defaults],
])('it reads %s', async (line, expected) => {
  expect((await engineOf(line)).settings).toEqual(expected)
})

it('it sets one key of an engine, or all of it, from the command line', async () => {
  expect((await engineOf('engine: onnx', 'engine.device=webgpu')).settings).toEqual({ ...defaults, device: 'webgpu' })
  expect((await engineOf('', 'engine.threads=1')).settings).toEqual({ ...defaults, threads: 1 })
  const tfjs = { name: 'tfjs', backend: 'cpu' }
  expect((await engineOf('engine: { device: cuda }', 'engine=tfjs')).settings).toEqual(tfjs)
  expect((await engineOf(`engine: "\${vars.e}"\nvars: { e: tfjs }`)).settings).toEqual(tfjs)
})

it('it remembers where each value is written', async () => {
  const { where } = await engineOf('engine: { device: cuda }', 'engine.precision=bf16')
  expect(where.device).toMatchObject({ line: 2, column: 19 })
  expect(where.device?.excerpt).toContain('^^^^')
  expect(where.precision?.excerpt).toContain('--set engine.precision=bf16')
})
