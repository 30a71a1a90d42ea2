import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProject, type Project, tinyExperiment } from './project.ts'

let project: Project
beforeEach(() => {
  project = createProject()
})
afterEach(() => project.remove())

const folderExperiment = tinyExperiment('{ uses: load/imagefolder, with: { root: images } }')
const image = (colour: string, size = 16) =>
  sharp({ create: { width: size, height: size, channels: 3, background: colour } })
    .jpeg()
    .toBuffer()

/** Ten images a class, each a different grey. */
async function writeImages(...classes: string[]) {
  mkdirSync(join(project.dir, 'images'))
  for (const [c, name] of classes.entries()) {
    mkdirSync(join(project.dir, 'images', name))
    for (let i = 0; i < 10; i++) {
      const level = 20 * i + 5 * c
      writeFileSync(join(project.dir, 'images', name, `${i}.jpg`), await image(`rgb(${level},${level},${level})`))
    }
  }
}

/** Runs, and expects this exit code, these words on stderr, and no stack. */
async function fails(code: number, words: readonly string[], ...args: string[]) {
  const ended = await project.xp('run', 'tiny.yaml', ...args)
  expect(ended.stderr).not.toMatch(/^\s+at .*\.[jt]s:\d+/m)
  for (const word of words) expect(ended.stderr).toContain(word)
  expect(ended.code, ended.stderr).toBe(code)
  return ended
}

describe('a mistake in the data', () => {
  it('it names an empty folder', async () => {
    mkdirSync(join(project.dir, 'images'))
    project.write('tiny.yaml', folderExperiment)
    await fails(3, ['images'])
  })

  it('it names a folder that is not there', async () => {
    project.write('tiny.yaml', folderExperiment)
    await fails(3, ['images'])
  })

  it('it names the only class', async () => {
    await writeImages('boot')
    project.write('tiny.yaml', folderExperiment)
    await fails(3, ['boot', 'class'])
  })

  it('it names a text file called .jpg', async () => {
    await writeImages('boot', 'shoe')
    writeFileSync(join(project.dir, 'images/shoe/notes.jpg'), 'not an image\n')
    project.write('tiny.yaml', folderExperiment)
    await fails(3, ['shoe/notes.jpg'])
  })

  it('it names a truncated JPEG and every other bad file at once', async () => {
    await writeImages('boot', 'shoe')
    const noise = await sharp(Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256)), {
      raw: { width: 64, height: 64, channels: 3 },
    })
      .jpeg()
      .toBuffer()
    writeFileSync(join(project.dir, 'images/shoe/half.jpg'), noise.subarray(0, noise.length / 2))
    writeFileSync(join(project.dir, 'images/boot/empty.png'), '')
    project.write('tiny.yaml', folderExperiment)
    await fails(3, ['shoe/half.jpg', 'boot/empty.png'])
  })
})

describe('a mistake in the YAML', () => {
  const broken: readonly (readonly [string, (text: string) => string, readonly string[]])[] = [
    ['a tab', (text) => text.replace('  load:', '\tload:'), ['tiny.yaml:4', 'tab']],
    ['a duplicate key', (text) => `${text}name: again\n`, ['name', 'tiny.yaml:12:1']],
    [
      'an alias bomb',
      (text) =>
        `vars:\n  a: &a [x, x, x, x, x, x, x, x, x]\n  b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n  c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n  d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n  e: [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n${text}`,
      ['alias'],
    ],
    ['an unknown key', (text) => text.replace('epochs: 2', 'epoch: 2'), ['epochs', 'tiny.yaml:9']],
    [
      'an unknown stage',
      (text) => text.replace('uses: split/stratified', 'uses: split/stratifed'),
      ['split/stratified', 'tiny.yaml:5'],
    ],
    ['a wrong type', (text) => text.replace('batchSize: 8', 'batchSize: eight'), ['batchSize', 'tiny.yaml:9']],
    ['a wire to nowhere', (text) => text.replace('from: load', 'from: laod'), ['load', 'tiny.yaml:5']],
  ]
  it.each(broken)('it points at %s', async (_, edit, words) => {
    project.write('tiny.yaml', edit(tinyExperiment()))
    await fails(2, words)
  })

  it('it names the nearest path for an unknown --set', async () => {
    project.write('tiny.yaml', tinyExperiment())
    await fails(2, ['learningRate'], '--set', 'stages.train.with.learningrate=1e-3')
  })

  it('it answers --json with the same facts and nothing else on stdout', async () => {
    project.write('tiny.yaml', tinyExperiment().replace('epochs: 2', 'epoch: 2'))
    const { code, stdout } = await project.xp('run', 'tiny.yaml', '--json')
    expect(code).toBe(2)
    const answer = JSON.parse(stdout)
    expect(answer.error.code).toMatch(/^XP_/)
    expect(answer.error.where).toMatchObject({ line: 9 })
  })
})

describe('a mistake in the weights', () => {
  const pretrained = (extra = '') =>
    tinyExperiment().replace(
      /model: \{ uses: model\/vit.*\n/,
      `model: { uses: model/pretrained, from: { dataset: split }, with: { weights: weights${extra} } }\n`,
    )

  it('it names a weights folder without config.json', async () => {
    mkdirSync(join(project.dir, 'weights'))
    writeFileSync(join(project.dir, 'weights/model.safetensors'), 'x')
    project.write('tiny.yaml', pretrained())
    await fails(3, ['config.json', 'weights'])
  })

  it("it names both counts when the head's labels do not match the dataset's", async () => {
    project.write('tiny.yaml', tinyExperiment())
    const first = JSON.parse((await project.xp('run', 'tiny.yaml', '--json', '--until', 'model')).stdout)
    project.write('two.yaml', tinyExperiment())
    await writeImages('boot', 'shoe')
    project.write(
      'tiny.yaml',
      tinyExperiment('{ uses: load/imagefolder, with: { root: images } }').replace(
        /model: \{ uses: model\/vit.*\n/,
        `model: { uses: model/pretrained, from: { dataset: split }, with: { weights: ${join(first.dir, 'artifacts/model.model')} } }\n`,
      ),
    )
    const ended = await fails(3, ['3', '2', 'head'])
    const again = JSON.parse((await project.xp('run', 'tiny.yaml', '--json')).stdout)
    // Known before anything runs.
    expect([again.error.code, again.stages], ended.stderr).toEqual(['XP_HEAD_LABEL_MISMATCH', undefined])
  })
})

describe('a mistake in the environment', () => {
  it('it names a store that cannot be written', async () => {
    const locked = createProject({ XP_STORE: '/sys/xp-store' })
    try {
      locked.write('tiny.yaml', tinyExperiment())
      const { code, stderr } = await locked.xp('run', 'tiny.yaml')
      expect(stderr).toContain('/sys/xp-store')
      expect(stderr).toContain('XP_STORE')
      expect(stderr).not.toMatch(/^\s+at .*\.[jt]s:\d+/m)
      expect(code).toBe(4)
    } finally {
      await locked.remove()
    }
  })

  it('it ends with 5 before any work when a required tracker is away', async () => {
    project.write('tiny.yaml', `${tinyExperiment()}track: { mlflow: { uri: "http://127.0.0.1:9", experiment: x } }\n`)
    const { code, stderr } = await project.xp('run', 'tiny.yaml', '--tracking=required')
    expect(code, stderr).toBe(5)
  })

  it("it warns of the environment's tracker when xp cannot use it, and ends with 2 where one is required", async () => {
    const elsewhere = createProject({ MLFLOW_TRACKING_URI: 'databricks' })
    try {
      elsewhere.write('tiny.yaml', tinyExperiment())
      const { code, stderr } = await elsewhere.xp('run', 'tiny.yaml', '--until', 'split')
      expect(stderr).toContain('warning: nothing goes to MLflow')
      expect(code).toBe(0)
      expect((await elsewhere.xp('run', 'tiny.yaml', '--tracking=required')).code).toBe(2)
    } finally {
      await elsewhere.remove()
    }
  })

  it('it trains on, and says what was not sent, when a tracker is away', async () => {
    project.write('tiny.yaml', `${tinyExperiment()}track: { mlflow: { uri: "http://127.0.0.1:9", experiment: x } }\n`)
    const { code, stderr } = await project.xp('run', 'tiny.yaml')
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('events.jsonl')
  })
})
