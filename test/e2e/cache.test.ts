import { existsSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project, tinyExperiment } from './project.ts'

interface Result {
  readonly status: string
  readonly dir: string
  readonly stages: readonly {
    readonly id: string
    readonly status: string
    readonly key: string
    readonly reason: string
  }[]
  readonly metrics: Readonly<Record<string, number>>
}

let project: Project
const run = async (...args: string[]): Promise<Result> => {
  const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json', ...args)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as Result
}
const statuses = (result: Result) => Object.fromEntries(result.stages.map((s) => [s.id, s.status]))
const ran = (result: Result) => result.stages.filter((s) => s.status === 'ran').map((s) => s.id)

/** Path of one image of the folder. */
const firstBoot = () => {
  const folder = join(project.dir, 'images/boot')
  return join(folder, readdirSync(folder)[0] ?? '')
}

beforeAll(async () => {
  project = createProject()
  project.write('tiny.yaml', tinyExperiment('{ uses: load/imagefolder, with: { root: images } }'))
  const { code, stderr } = await project.xp('init', 'other.yaml', '--sample')
  expect(code, stderr).toBe(0)
  renameSync(join(project.dir, 'other-images'), join(project.dir, 'images'))
})
afterAll(() => project.remove())

describe('xp run, again and again', () => {
  it('it runs every stage the first time and answers the contract', async () => {
    const result = await run()
    expect(result.status).toBe('finished')
    expect(ran(result)).toHaveLength(8)
    expect(result.metrics['evaluate/test/accuracy']).toBeGreaterThanOrEqual(0)
    expect(result.metrics['test/accuracy']).toBeUndefined()
    for (const file of ['resolved.yaml', 'lock.json', 'events.jsonl', 'metrics.json', 'report.html', 'artifacts'])
      expect(existsSync(join(result.dir, file)), file).toBe(true)
    const events = readFileSync(join(result.dir, 'events.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map((e) => e.seq)).toEqual(events.map((_, i) => i))
    expect(events.filter((e) => e.type === 'metric' && e.name === 'train/loss').length).toBeGreaterThan(2)
  })

  it('it answers all hits the second time, with the same metrics and a report', async () => {
    const result = await run()
    expect(ran(result)).toEqual([])
    expect(result.metrics['evaluate/test/accuracy']).toBeGreaterThanOrEqual(0)
    expect(result.metrics['train/loss']).toBeGreaterThan(0)
    expect(existsSync(join(result.dir, 'report.html'))).toBe(true)
  })

  it('it runs train and what follows for another learning rate, and nothing when it is set back', async () => {
    const changed = await run('--set', 'stages.train.with.learningRate=3e-4')
    expect(ran(changed)).toEqual(['train', 'evaluate', 'report'])
    const reason = changed.stages.find((s) => s.id === 'train')?.reason
    expect(reason).toContain('learningRate')
    expect(reason).toContain('--set')
    expect(ran(await run())).toEqual([])
  })

  it('it hits after a file was touched', async () => {
    const file = firstBoot()
    utimesSync(file, new Date(), new Date())
    expect(ran(await run())).toEqual([])
  })

  it('it hits after the folder moved', async () => {
    renameSync(join(project.dir, 'images'), join(project.dir, 'moved'))
    expect(ran(await run('--set', 'stages.load.with.root=moved'))).toEqual([])
    renameSync(join(project.dir, 'moved'), join(project.dir, 'images'))
  })

  it('it hits after a stage was renamed', async () => {
    const text = tinyExperiment('{ uses: load/imagefolder, with: { root: images } }')
    project.write(
      'tiny.yaml',
      text.replaceAll('transform: { uses', 'pixels: { uses').replaceAll('data: transform', 'data: pixels'),
    )
    const result = await run()
    expect(statuses(result)).toHaveProperty('pixels', 'hit')
    expect(ran(result)).toEqual([])
    project.write('tiny.yaml', text)
  })

  it("it runs load and what depends on it after one image's bytes changed", async () => {
    const file = firstBoot()
    writeFileSync(file, await sharp(file).negate().toBuffer())
    expect(ran(await run())).toEqual(
      expect.arrayContaining(['load', 'split', 'transform', 'train', 'evaluate', 'report']),
    )
  })

  it('it runs again what --force names', async () => {
    const result = await run('--force=train')
    expect(statuses(result)).toMatchObject({ load: 'hit', split: 'hit', train: 'ran' })
  })

  it('it stops after the stage --until names', async () => {
    const result = await run('--until', 'split')
    expect(statuses(result)).toMatchObject({ load: 'hit', split: 'hit' })
    expect(result.stages.some((s) => s.id === 'train' && s.status !== 'skipped')).toBe(false)
  })
})
