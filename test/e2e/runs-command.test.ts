import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type Project } from './project.ts'

let project: Project
const ids: string[] = []
beforeAll(async () => {
  project = createProject()
  project.write(
    'shapes.yaml',
    `name: shapes
stages:
  load: { uses: load/sample, with: { perClass: 10, size: 16 } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, test: 0.5 } }
  model: { uses: model/vit, from: { dataset: split }, with: { imageSize: 16, patchSize: 8, hiddenSize: 8, layers: 1, heads: 1 } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
  evaluate: { uses: evaluate/classification, from: { model: model, data: transform } }
`,
  )
  for (const args of [[], ['--set', 'seed=7']]) {
    const { stdout } = await project.xp('run', 'shapes.yaml', '--json', ...args)
    ids.push(JSON.parse(stdout).runId)
  }
})
afterAll(() => project.remove())

async function json(...args: string[]) {
  const { code, stdout, stderr } = await project.xp(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}
const mistake = async (...args: string[]) => {
  const { code, stderr } = await project.xp(...args)
  expect(code).toBe(2)
  return stderr
}

it('lists runs, the newest first, and shows one', async () => {
  const { runs } = await json('runs', 'list')
  expect(runs.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse())
  expect(runs[0]).toMatchObject({ name: 'shapes', status: 'finished', seed: 7, tags: [] })
  const shown = await json('runs', 'show', 'latest')
  expect(shown.id).toBe(ids[1])
  expect(shown.stages.map(({ id }: { id: string }) => id)).toContain('evaluate')
  const { stdout } = await project.xp('runs', 'list')
  expect(stdout.split('\n')[0]).toMatch(/^run\s+status\s+started \(UTC\)\s+took\s+score\s+tags$/)
})

it('says what two runs do not share', async () => {
  const diff = await json('runs', 'diff', (ids[0] as string).slice(-4), 'latest')
  expect(diff.runs).toEqual(ids)
  expect(diff.params).toEqual([{ name: 'seed', values: [42, 7] }])
  expect(diff.metrics.map(({ name }: { name: string }) => name)).toContain('test/loss')
})

it('names a run, finds it by that, and compares', async () => {
  expect(await json('runs', 'tag', 'latest', 'seven', 'odd')).toEqual({ id: ids[1], tags: ['seven', 'odd'] })
  expect(await json('runs', 'tag', 'seven', 'odd', '--remove')).toEqual({ id: ids[1], tags: ['seven'] })
  const { runs, scores } = await json('compare', ids[0] as string, 'seven')
  expect(runs.map(({ id }: { id: string }) => id)).toEqual(ids)
  const loss = scores.find(({ name }: { name: string }) => name === 'test/loss')
  expect(loss.best).toBe(loss.values.indexOf(Math.min(...loss.values)))
  expect((await project.xp('compare', ids[0] as string, 'seven')).stdout).toContain('*')
  expect(await mistake('runs', 'tag', 'latest', 'a b')).toContain('"a b" cannot be a tag')
})

it('says what it does not know', async () => {
  expect(await mistake('runs', 'show', 'nope')).toContain('there is no run "nope"')
  expect(await mistake('runs', 'show', '20')).toContain('may be any of 2 runs')
})

it('runs a run again from its own record, and compares the bytes', async () => {
  const again = await json('repro', ids[0] as string, '--force')
  expect(again).toMatchObject({ run: ids[0], differences: [], result: { status: 'finished' } })
  expect(again.result.stages.map(({ status }: { status: string }) => status)).not.toContain('hit')
  const { stdout, code } = await project.xp('repro', ids[0] as string)
  expect([code, stdout]).toEqual([0, `${ids[0]}: every output has the same bytes\n`])
  const file = join(project.dir, 'runs', ids[1] as string, 'lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  lock.stages[0].outputs.dataset.digest = '0'.repeat(64)
  writeFileSync(file, JSON.stringify(lock))
  const other = await project.xp('repro', ids[1] as string)
  expect(other.code).toBe(1)
  expect(other.stdout).toContain('load.dataset: 00000000000000000000 → ')
  for (const { id } of (await json('runs', 'list')).runs) if (!ids.includes(id)) await json('runs', 'rm', id)
})

it('knows a run that was killed, one under way, and one whose log is cut off', async () => {
  const dir = join(project.dir, 'runs', ids[0] as string)
  const log = readFileSync(join(dir, 'events.jsonl'), 'utf8')
  const lines = log.trimEnd().split('\n')
  writeFileSync(join(dir, 'events.jsonl'), `${lines.slice(0, 3).join('\n')}\n`)
  expect((await json('runs', 'show', ids[0] as string)).status).toBe('killed')
  appendFileSync(join(dir, 'events.jsonl'), '{"seq":3,"ti')
  expect((await json('runs', 'show', ids[0] as string)).status).toBe('killed')
  const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const { hostname } = await import('node:os')
  const identity = JSON.stringify({ host: hostname(), pid: process.pid, started })
  writeFileSync(join(project.dir, '.xp/locks/runs', `${ids[0]}.json`), identity)
  expect((await json('runs', 'show', ids[0] as string)).status).toBe('running')
  expect(await mistake('runs', 'rm', ids[0] as string)).toContain(`run ${ids[0]} is under way`)
})

it('removes the record of a run', async () => {
  expect(await json('runs', 'rm', 'seven')).toEqual({ id: ids[1] })
  expect(existsSync(join(project.dir, 'runs', ids[1] as string))).toBe(false)
  expect((await json('runs', 'list')).runs).toHaveLength(1)
})
