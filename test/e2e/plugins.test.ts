import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProject, type Project } from './project.ts'

let project: Project
beforeEach(() => {
  project = createProject()
  mkdirSync(join(project.dir, 'lib'))
  project.write('lib/rule.ts', 'export const keep = (label: number): boolean => label < 2\n')
  project.write('few.ts', plugin())
  project.write('shapes.yaml', experiment('./few.ts'))
})
afterEach(() => project.remove())

const plugin = (
  body = '    return { dataset: { ...dataset, classes: dataset.classes.slice(0, 2), parts: only(dataset.parts) } }',
) => `
import { Dataset, defineStage, Type } from 'xp'
import { keep } from './lib/rule'

type Parts = Dataset['parts']
const only = (parts: Parts): Parts =>
  Object.fromEntries(Object.entries(parts).map(([name, examples]) => [name, examples.filter(({ label }) => keep(label))]))

export default defineStage({
  uses: 'transform/first-classes',
  version: 1,
  summary: 'The first classes alone.',
  params: Type.Object({ note: Type.String({ default: '', description: 'Nothing.' }) }, { additionalProperties: false }),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset },
  metrics: {},
  needs: [],
  async run(ctx) {
    const { dataset } = ctx.inputs
${body}
  },
})
`
const experiment = (name: string) => `name: shapes
plugins: [${name}]
stages:
  load: { uses: load/sample, with: { perClass: 6, size: 16 } }
  few: { uses: transform/first-classes, from: { dataset: load } }
  split: { uses: split/stratified, from: few.dataset, with: { train: 0.5, test: 0.5 } }
`

async function run() {
  const { code, stdout, stderr } = await project.xp('run', 'shapes.yaml', '--json')
  const result = JSON.parse(stdout)
  return {
    code,
    stderr,
    result,
    stages: Object.fromEntries((result.stages ?? []).map((s: { id: string }) => [s.id, s])),
  }
}
/** Runs a test of a plugin as its author does, with this program installed beside it. */
async function tested(file: string) {
  const root = join(import.meta.dirname, '../..')
  mkdirSync(join(project.dir, 'node_modules'), { recursive: true })
  symlinkSync(root, join(project.dir, 'node_modules/xp'))
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return promisify(execFile)(process.execPath, ['--import', tsx, '--test', file], { cwd: project.dir, env })
}
const mistake = async () => {
  const { code, stderr } = await project.xp('run', 'shapes.yaml')
  return { code, stderr }
}

it('a stage of a file runs like a built-in, and its code is part of its key', async () => {
  const one = await run()
  expect(one.code, one.stderr).toBe(0)
  expect(one.result.metrics).toMatchObject({ 'load/images': 18, 'split/train': 6 })
  expect((await run()).stages.few.status).toBe('hit')
  const again = await project.xp('repro', 'latest')
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('every output has the same bytes')])
  project.write('lib/rule.ts', 'export const keep = (label: number): boolean => label < 2 && label >= 0\n')
  const changed = await run()
  expect(changed.stages.few).toMatchObject({ status: 'ran', reason: 'the code of its plugin changed' })
  expect(changed.stages.split.status).toBe('hit')
})

it('the example of the documentation runs as it stands', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/plugins.md'), 'utf8')
  for (const [, text = ''] of page.matchAll(/```\w+\n(.*?)```/gs))
    project.write(/^(?:\/\/|#) (\S+)\n/.exec(text)?.[1] ?? expect.fail('a block without a name'), text)
  const { code, stdout, stderr } = await project.xp('run', 'few.yaml', '--json')
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout).metrics).toMatchObject({ 'few/images': 40, 'split/train': 20 })
  expect((await tested('few.test.ts')).stdout).toMatch(/pass 1\n/)
})

it('a new plugin works, passes its test, and replaces nothing', async () => {
  expect((await project.xp('plugin', 'new', 'split/my-own', '--out', 'mine')).stdout).toContain(
    'try it: xp run mine/my-own.yaml',
  )
  const { code, stderr } = await project.xp('run', 'mine/my-own.yaml')
  expect(code, stderr).toBe(0)
  expect((await tested('mine/my-own.test.ts')).stdout).toMatch(/pass 1\n/)
  expect((await project.xp('plugin', 'new', 'split/my-own', '--out', 'mine')).stderr).toContain('exists already')
  expect((await project.xp('plugin', 'new', 'split/random')).stderr).toContain(
    'two stages are registered as "split/random"',
  )
  expect((await project.xp('plugin', 'new', 'mine')).stderr).toContain('"mine" is not a well-formed stage')
})

it('a plugin of a package is found by its name', async () => {
  mkdirSync(join(project.dir, 'node_modules/@me/few'), { recursive: true })
  project.write('node_modules/@me/few/package.json', '{ "name": "@me/few", "main": "index.js" }')
  project.write('node_modules/@me/few/index.js', "export { default } from '../../../few.ts'\n")
  project.write('shapes.yaml', experiment('"@me/few"'))
  const { code, stderr } = await run()
  expect(code, stderr).toBe(0)
})

it('what a plugin does wrong is said, with its name and place', async () => {
  project.write('few.ts', plugin("    throw new TypeError('no such thing')"))
  const threw = await mistake()
  expect(threw.code).toBe(1)
  expect(threw.stderr).toContain('transform/first-classes (a plugin) threw TypeError: no such thing')
  expect(threw.stderr).toMatch(/few\.ts:\d+:\d+/)
  project.write('few.ts', plugin('    return {}'))
  expect((await mistake()).stderr).toContain('transform/first-classes answered nothing for its output dataset')
  project.write('few.ts', "throw new Error('not today')\n")
  const broken = await mistake()
  expect([broken.code, broken.stderr]).toEqual([
    2,
    expect.stringMatching(/XP_PLUGIN_FAILED\]: plugin \.\/few\.ts.*: not today\n --> shapes\.yaml:2:11/),
  ])
  project.write('few.ts', 'export const nothing = 1\n')
  expect((await mistake()).stderr).toContain('plugin ./few.ts exports no stage')
  project.write('few.ts', plugin().replace("uses: 'transform/first-classes'", "uses: 'load/sample'"))
  expect((await mistake()).stderr).toContain('two stages are registered as "load/sample"')
  project.write('few.ts', plugin().replace('metrics: {},', ''))
  expect((await mistake()).stderr).toContain('transform/first-classes: metrics must be a table')
  project.write('shapes.yaml', experiment('./fwe.ts'))
  expect((await mistake()).stderr).toContain('there is no plugin ./fwe.ts')
})

it('a plugin that answers another shape, or never, is named', async () => {
  project.write('few.ts', plugin('    return { dataset: { ...dataset, parts: 3n as never } }'))
  const odd = await mistake()
  expect([odd.code, odd.stderr]).toEqual([1, expect.stringContaining('transform/first-classes (a plugin) threw')])
  expect(odd.stderr).not.toContain('This is a bug in xp')
  project.write('few.ts', plugin('    return await new Promise<never>(() => undefined)'))
  const stuck = await mistake()
  expect([stuck.code, stuck.stderr]).toEqual([
    1,
    expect.stringContaining('error[XP_STAGE_NEVER_ENDS]: transform/first-classes waits for something that never comes'),
  ])
})

it('a plugin that does not stop is named, and ends with the second Ctrl-C', async () => {
  project.write(
    'few.ts',
    plugin("    ctx.warn('at work')\n    return await new Promise<never>(() => setInterval(() => undefined, 100))"),
  )
  const running = project.start('run', 'shapes.yaml')
  await new Promise<void>((seen) => running.onStderr((text) => text.includes('at work') && seen()))
  running.kill('SIGINT')
  await new Promise<void>((seen) => running.onStderr((text) => text.includes('does not look at ctx.signal') && seen()))
  running.kill('SIGINT')
  const { code, stderr } = await running.ended
  expect([code, stderr]).toEqual([130, expect.stringContaining('transform/first-classes has not stopped 5 s after')])
})

it('a plugin that writes into what it was given is named, and what it spoilt is made again', async () => {
  const spoiling = (write: string) => `
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { Dataset, defineStage, FileTree, Type } from 'xp'

export default defineStage({
  uses: 'transform/first-classes',
  version: 1,
  summary: 'Spoils its input.',
  params: Type.Object({}, { additionalProperties: false }),
  inputs: { dataset: Dataset, images: FileTree },
  outputs: { dataset: Dataset },
  metrics: {},
  needs: [],
  async run({ inputs: { dataset, images } }) {
    ${write}
    return { dataset }
  },
})
`
  const takingImages = (text: string) => text.replace('{ dataset: load }', '{ dataset: load, images: load }')
  project.write('shapes.yaml', takingImages(experiment('./few.ts')))
  project.write('few.ts', spoiling("appendFileSync(join(images.dir, 'more.txt'), 'more')"))
  const { code, stderr } = await mistake()
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      'error[XP_PLUGIN_WROTE_INPUT]: transform/first-classes (a plugin) changed what it was given as few.images: more.txt does not belong to it',
    ),
  ])
  project.write('few.ts', spoiling(''))
  const again = await run()
  expect([again.code, again.stages.load.status, again.stages.few.status], again.stderr).toEqual([0, 'ran', 'ran'])
})

it('a plugin of a version lower than that of the results in the cache is named', async () => {
  project.write('few.ts', plugin().replace('version: 1', 'version: 2'))
  expect((await run()).code).toBe(0)
  project.write('few.ts', plugin())
  const { code, stderr } = await mistake()
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(
      'transform/first-classes (a plugin) declares version 1, and the cache holds results of its version 2',
    ),
  ])
  expect(stderr).toContain(' --> shapes.yaml:5:3')
  expect((await project.xp('cache', 'rm', 'transform/first-classes')).code).toBe(0)
  expect((await run()).code).toBe(0)
})
