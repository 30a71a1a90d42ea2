import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { many } from '../../../src/registry/artifact.ts'
import report from '../../../src/stages/report/html.ts'
import { evaluationOf, history, imagesOf } from './report-fixture.ts'

/** A folder that holds the fixture's images, and the context of a report about them. */
async function context(seed = 1) {
  const folder = mkdtempSync(join(tmpdir(), 'xp-report-'))
  const data = imagesOf(['boot', 'shoe'])
  const files = Object.values(data.dataset.parts).flatMap((part) => part.map((e) => e.file))
  for (const [i, file] of files.entries()) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: 90 }
    const picture = sharp({ create: { width: 40, height: 30, channels: 3, background } })
    writeFileSync(join(folder, file), await picture.jpeg().toBuffer())
  }
  const done: number[] = []
  const warnings: string[] = []
  return {
    folder,
    done,
    warnings,
    params: { title: 'Shoes', sampleCount: 5, augmentedCount: 2, predictionCount: 5 },
    inputs: { runs: [evaluationOf(data, 3, 0.25), evaluationOf(data, 0, 0.7)], training: history, data },
    sources: {},
    seed,
    get engine(): never {
      throw new Error('a report computes nothing')
    },
    scratch: folder,
    signal: new AbortController().signal,
    locate: (digest: string) => (digest === data.dataset.source ? folder : '/nowhere'),
    metric() {},
    progress: (count: number) => void done.push(count),
    earlier: async () => [],
    warn: (message: string) => void warnings.push(message),
  }
}

it('renders a page with a thumbnail of every image it shows', async () => {
  const ctx = await context()
  const { html } = (await report.run(ctx)).report
  const images = html.match(/src="data:image\/jpeg;base64,[A-Za-z0-9+/=]+"/g) ?? []
  expect(images).toHaveLength(10 + 2 * 6)
  expect(ctx.done).toEqual([0, 4, 8, 10])
  expect(ctx.warnings).toEqual([])
})

it('takes the most trained evaluation for its result, wherever it stands in the list', async () => {
  const { html } = (await report.run(await context())).report
  expect(html).toContain('<b>0.7500</b>')
})

it('two renderings are equal, another seed shows other images', async () => {
  const { html } = (await report.run(await context())).report
  expect((await report.run(await context())).report.html).toBe(html)
  expect((await report.run(await context(2))).report.html).not.toBe(html)
})

it('an image that is gone leaves a marked place and a warning', async () => {
  const ctx = await context()
  rmSync(join(ctx.folder, '0'), { recursive: true })
  const { html } = (await report.run(ctx)).report
  expect(html).toContain('not readable')
  expect(ctx.warnings.length).toBeGreaterThan(0)
  expect(ctx.warnings[0]).toMatch(/0\/.*\.jpg/)
})

it('declares its ports so that several evaluations can be compared', () => {
  expect(report.inputs.runs).toEqual(many(report.inputs.runs.type))
  expect(report.inputs.training.arity).toBe('optional')
})

it('shows training images beside their draws of the first epochs, and none where nothing is random', async () => {
  const ctx = await context()
  const plain = { ...ctx.inputs.data, augmentation: { horizontalFlip: 0 } }
  const random = { ...ctx.inputs.data, augmentation: { horizontalFlip: 0, randomErasing: 1, rotation: 30 } }
  const htmlOf = async (data: typeof random | typeof plain) =>
    (await report.run(Object.create(ctx, { inputs: { value: { ...ctx.inputs, data } } }))).report.html
  expect(await htmlOf(plain)).not.toContain('Augmentation')
  const html = await htmlOf(random)
  expect(html).toContain('randomErasing 1 · rotation 30')
  const table = /<table class="draws">.*?<\/table>/s.exec(html)?.[0] ?? ''
  const rows = table.split('<tr title').slice(1)
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(new Set(row.match(/base64,[^"]+/g)).size).toBe(6)
  expect(await htmlOf(random)).toBe(html)
})
