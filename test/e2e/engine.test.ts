import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { deviceLacks } from '../../src/runtime/device-files.ts'
import { excess, tolerances } from '../tolerances.ts'
import { createProject, type Project, tinyExperiment } from './project.ts'

let project: Project
beforeAll(() => {
  project = createProject()
  project.write('tiny.yaml', tinyExperiment())
})
afterAll(() => project.remove())

const stack = /^\s+at .*:\d+/m
const lacking = deviceLacks('cuda')
if (lacking === undefined) console.warn('skipped: CUDA without its libraries, since they are here')

it.skipIf(lacking === undefined)('CUDA without its libraries ends with exit code 4 before any work', async () => {
  project.write('cuda.yaml', tinyExperiment().replace('seed: 42', 'engine: { device: cuda }'))
  for (const command of ['run', 'validate', 'plan']) {
    const { code, stderr, stdout } = await project.xp(command, 'cuda.yaml')
    expect(code, command).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toContain('error[XP_DEVICE_UNAVAILABLE]: the device "cuda" cannot be used')
    expect(stderr).toContain('2 | engine: { device: cuda }\n  |                   ^^^^')
    expect(stderr).toContain('--onnxruntime-node-install=cuda12')
    expect(stderr).not.toMatch(stack)
    expect(stderr).not.toContain('load/sample')
  }
})

it('tfjs computes on wasm, and the lock file names it', async () => {
  const engine = 'engine={ name: tfjs, backend: wasm }'
  const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json', '--set', engine)
  expect(code, stderr).toBe(0)
  const { dir, metrics } = JSON.parse(stdout)
  const lock = JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8'))
  expect(lock.engine).toEqual({ name: 'tfjs', engine: 'tfjs', version: '4.22.0', device: 'wasm', backend: '4.22.0' })
  const resolved = parse(readFileSync(join(dir, 'resolved.yaml'), 'utf8'))
  expect(resolved.engine).toEqual({ name: 'tfjs', backend: 'wasm' })
  const compiled = await project.xp('run', 'tiny.yaml', '--json', '--set', 'engine.threads=1')
  expect(compiled.code, compiled.stderr).toBe(0)
  const other = JSON.parse(compiled.stdout)
  const loss = (of: Record<string, number>) => [of['evaluate/test/loss'] ?? Number.NaN]
  expect(excess(loss(metrics), loss(other.metrics), tolerances.trainingStep)).toBeLessThan(1)
  expect(JSON.parse(readFileSync(join(other.dir, 'lock.json'), 'utf8')).engine).toMatchObject({ threads: '1' })
})
