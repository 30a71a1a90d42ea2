import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type Project } from './project.ts'

let project: Project
beforeAll(() => {
  project = createProject()
  project.write(
    'shapes.yaml',
    `name: shapes
stages:
  load: { uses: load/sample, with: { perClass: 6, size: 16 } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, test: 0.5 } }
  model: { uses: model/vit, from: { dataset: split }, with: { imageSize: 16, patchSize: 8, hiddenSize: 8, layers: 1, heads: 1 } }
`,
  )
})
afterAll(() => project.remove())

async function json(...args: string[]) {
  const { code, stdout, stderr } = await project.xp(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
const run = async (...args: string[]) => {
  const { stages, runId, dir } = await json('run', 'shapes.yaml', ...args)
  return { runId, dir, statuses: stages.map(({ status }: { status: string }) => status) }
}

it('lists what is there and how much room it takes', async () => {
  const { runId } = await run()
  const { results } = await json('cache', 'ls')
  expect(results.map(({ uses }: { uses: string }) => uses).sort()).toEqual([
    'load/sample',
    'model/vit',
    'split/stratified',
  ])
  expect(new Set(results.map((r: { run: string }) => r.run))).toEqual(new Set([runId]))
  const { kinds, totalBytes } = await json('cache', 'du')
  expect(kinds.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0)).toBe(totalBytes)
  const { stdout } = await project.xp('cache', 'ls')
  expect(stdout).toMatch(/^stage\s+uses\s+size\s+last used\s+made by\n/)
})

it('finds a flipped byte, removes the result, and the next run makes it again', async () => {
  expect((await json('cache', 'verify')).damaged).toEqual([])
  const { dir } = await run()
  const file = join(dir, 'artifacts/model.model/model.safetensors')
  const bytes = readFileSync(file)
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
  writeFileSync(file, bytes)
  const { code, stdout } = await project.xp('cache', 'verify')
  expect(code).toBe(1)
  expect(stdout).toContain('damaged: model (model/vit, run ')
  expect(stdout).toContain('model: the bytes of model.safetensors changed')
  expect((await json('cache', 'verify', '--repair')).damaged).toHaveLength(1)
  expect((await run()).statuses).toEqual(['hit', 'hit', 'ran'])
  expect((await json('cache', 'verify')).damaged).toEqual([])
})

it('removes the least recently used, never what the kept runs name', async () => {
  await run('--set', 'stages.load.with.perClass=7')
  await run()
  const dry = await json('cache', 'gc', '--max-size', '0', '--keep-runs', '1', '--dry-run')
  expect(dry.results.map(({ stage }: { stage: string }) => stage).sort()).toEqual(['load', 'model', 'split'])
  expect((await json('cache', 'ls')).results).toHaveLength(6)
  const { results, freedBytes } = await json('cache', 'gc', '--max-size', '0', '--keep-runs', '1')
  expect(results).toEqual(dry.results)
  expect(freedBytes).toBeGreaterThan(0)
  expect((await run()).statuses).toEqual(['hit', 'hit', 'hit'])
  expect((await run('--set', 'stages.load.with.perClass=7')).statuses).toEqual(['ran', 'ran', 'ran'])
})

it('knows which of two runs of one second was the later', async () => {
  const { runIds } = await import('../../src/runner/run-history.ts')
  const runs = join(project.dir, 'ordered')
  for (const [id, ms] of [
    ['20260101-000000-a-ffff', 1],
    ['20260101-000000-b-0000', 2],
    ['20250101-000000-c-0000', 3],
  ] as const) {
    mkdirSync(join(runs, id), { recursive: true })
    writeFileSync(join(runs, id, 'resolved.yaml'), '')
    utimesSync(join(runs, id, 'resolved.yaml'), ms, ms)
  }
  expect(await runIds(runs)).toEqual(['20260101-000000-b-0000', '20260101-000000-a-ffff', '20250101-000000-c-0000'])
})

it('leaves alone what a run under way uses', async () => {
  const live = join(project.dir, '.xp/locks/runs')
  await run()
  expect(readdirSync(live)).toEqual([])
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const { hostname } = await import('node:os')
  writeFileSync(join(live, 'other.json'), JSON.stringify({ host: hostname(), pid: process.pid, started }))
  await run()
  const { results } = await json('cache', 'gc', '--max-size', '0', '--keep-runs', '0')
  expect(results).toHaveLength(3)
  expect(await json('cache', 'rm', 'split')).toMatchObject({ results: [], inUse: 1 })
  expect((await run()).statuses).toEqual(['hit', 'hit', 'hit'])
  rmSync(join(live, 'other.json'))
})

it('removes the results of a stage, and says what it does not know', async () => {
  const { results } = await json('cache', 'rm', 'split/stratified')
  expect(results.map(({ stage }: { stage: string }) => stage)).toEqual(['split'])
  expect((await run()).statuses).toEqual(['hit', 'ran', 'hit'])
  const wrong = await project.xp('cache', 'rm', 'splt')
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean "split"?')])
  const size = await project.xp('cache', 'gc', '--max-size', 'lots')
  expect([size.code, size.stderr]).toEqual([2, expect.stringContaining('--max-size lots: that is no quantity')])
})

it('removes a result whose manifest is cut off', async () => {
  const folder = join(project.dir, '.xp/results')
  const [shard = ''] = readdirSync(folder)
  const [key = ''] = readdirSync(join(folder, shard))
  appendFileSync(join(folder, shard, key, 'manifest.json'), 'x')
  const verified = await json('cache', 'verify', '--repair')
  expect(verified.damaged).toMatchObject([{ key, what: 'its manifest is not readable' }])
  expect(existsSync(join(folder, shard, key))).toBe(false)
})
