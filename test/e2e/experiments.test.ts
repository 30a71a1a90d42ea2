import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project } from './project.ts'

const root = resolve(import.meta.dirname, '../..')
const experiments = readdirSync(join(root, 'experiments')).filter((name) => name.endsWith('.yaml'))
const shoes = resolve(root, '../shared/datasets/shoe-sandal-boot')

let project: Project
beforeAll(() => {
  project = createProject()
  cpSync(join(root, 'experiments'), join(project.dir, 'experiments'), { recursive: true })
})
afterAll(() => project.remove())

async function run(...args: string[]) {
  const { code, stdout, stderr } = await project.xp('run', ...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

describe('the experiments of this repository', () => {
  it('it finds four', () => {
    expect(experiments).toEqual(['linear-probe.yaml', 'quickstart.yaml', 'shoes-small.yaml', 'vit-shoes.yaml'])
  })

  it('it runs quickstart.yaml, shortened', async () => {
    const result = await run(
      'experiments/quickstart.yaml',
      ...['--set', 'stages.load.with.perClass=40', '--set', 'stages.train.with.epochs=1'],
    )
    expect(result.status).toBe('finished')
    expect(result.metrics).toHaveProperty('before/test/accuracy')
    expect(result.metrics).toHaveProperty('evaluate/test/f1')
  })

  it('it runs linear-probe.yaml: the head learns from features of an untrained backbone', async () => {
    const { status, metrics } = await run('experiments/linear-probe.yaml')
    expect(status).toBe('finished')
    expect(metrics['evaluate/test/accuracy'] ?? metrics['test/accuracy']).toBeGreaterThan(0.5)
  })

  it('it runs vit-shoes.yaml on drawn images and a tiny bare checkpoint', async () => {
    mkdirSync(join(project.dir, 'weights'))
    cpSync(join(root, 'test/goldens/vit-bare'), join(project.dir, 'weights'), { recursive: true })
    expect((await project.xp('init', 'sample.yaml', '--sample')).code).toBe(0)
    const result = await run(
      'experiments/vit-shoes.yaml',
      ...['--set', 'vars.root=sample-images', '--set', 'vars.weights=weights'],
    )
    expect(result.metrics).toHaveProperty('zero-shot/test/accuracy')
    expect(result.metrics).toHaveProperty('evaluate/test/loss')
    const config = JSON.parse(readFileSync(join(result.dir, 'artifacts/train.model/config.json'), 'utf8'))
    expect(config.label2id).toEqual({ boot: 0, sandal: 1, shoe: 2 })
    const report = readFileSync(join(result.dir, 'report.html'), 'utf8')
    expect(report).toContain('after 3 epochs')
    expect(report).toContain('zero-shot')
  })

  it.skipIf(!existsSync(shoes))('it loads and splits the photographs of shoes-small.yaml', async () => {
    const result = await run('experiments/shoes-small.yaml', '--set', `vars.root=${shoes}`, '--until', 'model')
    expect(result.metrics['load/images']).toBe(12_000)
    expect(result.metrics['split/test']).toBe(1200)
  })
})
