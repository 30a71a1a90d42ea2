import { execFile } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownExamples } from '../own-examples.ts'
import { createProject, type Project } from './project.ts'

const root = resolve(import.meta.dirname, '../..')
const execute = promisify(execFile)
const example = (name: string) => ownExamples.get(name) ?? ''
const experiments = [...ownExamples.keys()].filter((name) => name.endsWith('.yaml'))
let project: Project
beforeAll(() => {
  project = createProject()
  symlinkSync(join(root, 'node_modules'), join(project.dir, 'node_modules'))
  for (const [name, text] of ownExamples) project.write(name, text)
})
afterAll(() => project.remove())

interface Result {
  readonly dir: string
  readonly stages: readonly { readonly id: string; readonly status: string; readonly reason: string }[]
  readonly metrics: Readonly<Record<string, number>>
}
async function run(experiment: string, ...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await project.xp('run', experiment, '--json', ...args)
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('TensorFlow.js in Node.js')
  return JSON.parse(stdout) as Result
}
const ran = ({ stages }: Result) => stages.filter(({ status }) => status === 'ran').map(({ id }) => id)

describe('the page on models of your own', () => {
  it('has an example of each form', () => {
    expect([...ownExamples.keys()]).toEqual([
      'small-net.ts',
      'small-net.yaml',
      'layers.ts',
      'layers.yaml',
      'save.mjs',
      'saved.yaml',
    ])
  })

  it('has models that a strict compiler takes', async () => {
    const options = { strict: true, module: 'nodenext', target: 'es2022', skipLibCheck: true, types: [], noEmit: true }
    const compilerOptions = {
      ...options,
      noUncheckedIndexedAccess: true,
      paths: { xp: [join(root, 'dist/index.d.ts')] },
    }
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const { stdout } = await execute(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: project.dir })
    expect(stdout).toBe('')
  })

  it.each(experiments)('its experiment %s runs as it stands', async (experiment) => {
    if (experiment === 'saved.yaml') await execute(process.execPath, ['save.mjs'], { cwd: project.dir })
    const { metrics, dir } = await run(experiment)
    expect(metrics['test/loss']).toBeGreaterThan(0)
    expect(metrics['train/loss']).toBeLessThan(2)
    const model = join(dir, 'artifacts/train.model')
    expect(existsSync(join(model, 'model.safetensors'))).toBe(true)
    expect(JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')).model_type).toBe(
      experiment === 'small-net.yaml' ? 'xp-function' : 'tfjs-layers',
    )
  })
})

describe('an experiment with a model of one’s own', () => {
  it('comes from the cache, and runs again from the model on when its file is edited', async () => {
    expect(ran(await run('small-net.yaml'))).toEqual([])
    project.write('small-net.ts', example('small-net.ts').replace('normal: 0.2', 'normal: 0.3'))
    const edited = await run('small-net.yaml')
    expect(ran(edited)).toEqual(['model', 'transform', 'train', 'evaluate', 'report'])
    expect(edited.stages.find(({ id }) => id === 'model')?.reason).toContain('file: content changed')
    project.write('small-net.ts', example('small-net.ts'))
    expect(ran(await run('small-net.yaml'))).toEqual([])
  })

  it('trains its head on features that were made once', async () => {
    const text = example('small-net.yaml').replace(
      /train: { .*\n/,
      `features: { uses: features/backbone, from: { model: model, data: transform } }
  train: { uses: train/head, from: { model: model, features: features }, with: { epochs: 2, batchSize: 8, learningRate: 1.0e-3 } }
`,
    )
    project.write('head.yaml', text)
    expect(ran(await run('head.yaml'))).toEqual(['features', 'train', 'evaluate', 'report'])
    project.write('layers-head.yaml', text.replace('small-net.ts', 'layers.ts'))
    expect(ran(await run('layers-head.yaml'))).toContain('features')
  })

  it('resumes to the same bits, masks and statistics included', async () => {
    const { code, stdout, stderr } = await project.xp('verify-resume', 'layers.yaml', '--json')
    expect(code, stdout + stderr).toBe(0)
  })

  it('is refused before any work when its file has a mistake, with its line and without a stack', async () => {
    const wrong = example('small-net.ts').replace(
      'tf.relu(tf.sub(block, mean))',
      'tf.image.flipLeftRight(tf.sub(block, mean) as tf.Tensor4D)',
    )
    const line = wrong.split('\n').findIndex((code) => code.includes('flipLeftRight')) + 1
    project.write('small-net.ts', wrong)
    const { code, stderr } = await project.xp('run', 'small-net.yaml')
    expect(stderr).toContain(`FlipLeftRight, called at ${join(project.dir, 'small-net.ts')}:${line},`)
    expect(stderr).toContain('use tf.reverse along axis 2')
    expect(stderr).toContain('small-net.yaml:7')
    expect(stderr).not.toMatch(/^\s+at .*\.[jt]s:\d+/m)
    expect(stderr).not.toContain('✓')
    expect(code).toBe(2)
  })

  it('says that a file or folder is not there', async () => {
    for (const [experiment, param, name] of [
      ['small-net.yaml', 'file', 'away.ts'],
      ['saved.yaml', 'folder', 'away'],
    ] as const) {
      const { code, stderr } = await project.xp('run', experiment, '--set', `stages.model.with.${param}=${name}`)
      expect(stderr).toContain(name)
      expect(code).toBe(3)
    }
  })
})
