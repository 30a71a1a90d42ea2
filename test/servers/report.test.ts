import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Example } from '../../src/artifacts/dataset.ts'
import { runSlot } from '../../src/artifacts/report.ts'
import { choosePredictions, chooseSamples } from '../../src/reporting/choose-examples.ts'
import { reportPage } from '../../src/reporting/report-page.ts'
import { evaluationOf, history, imagesOf } from '../unit/reporting/report-fixture.ts'

function chromiumPath(): string | undefined {
  try {
    return execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim()
  } catch {
    console.warn('skipped: no chromium on the PATH')
    return undefined
  }
}
const executablePath = chromiumPath()

let browser: Browser
beforeAll(async () => {
  if (executablePath === undefined) return
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
})
afterAll(() => browser?.close())

async function reportFile(classes: readonly string[]): Promise<string> {
  const plain = imagesOf(classes)
  const [one, ...others] = plain.dataset.parts.train ?? []
  const twin = { ...(one as Example), lookalikes: 1 }
  const spread = { smallest: 20, median: 136, largest: 600 }
  const inspection = {
    unreadable: { count: 1, first: [{ file: '<b>.jpg', reason: 'it is cut off' }] },
    width: spread,
    height: spread,
    small: { count: 0, first: [] },
    elongated: { count: 0, first: [] },
    modes: { RGB: 54 },
  }
  const parts = { ...plain.dataset.parts, train: [twin, { ...twin, file: 'twin.jpg' }, ...others] }
  const data = { ...plain, dataset: { ...plain.dataset, parts, inspection } }
  const runs = [evaluationOf(data, 0, 0.7), evaluationOf(data, 3, 0.25)]
  const samples = chooseSamples(data.dataset, 8, 1)
  const predictions = choosePredictions(runs[1]?.predictions ?? [], 8, 1)
  const pictures = new Map<string, string>()
  for (const [i, { file }] of [...samples, ...predictions].entries()) {
    const background = { r: (i * 37) % 256, g: 120, b: 90 }
    const jpeg = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
      .jpeg()
      .toBuffer()
    pictures.set(file, `data:image/jpeg;base64,${jpeg.toString('base64')}`)
  }
  const html = await reportPage({
    title: 'Shoes',
    data,
    runs,
    training: history,
    samples,
    augmented: [],
    predictions,
    pictures,
  })
  const run =
    '<section><h2>Run</h2><table><tbody><tr><th>train</th><td>412.3 s</td></tr></tbody></table><pre>seed: 42</pre></section>'
  const file = join(mkdtempSync(join(tmpdir(), 'xp-report-')), 'report.html')
  writeFileSync(file, html.replace(runSlot, run))
  return file
}

it.skipIf(executablePath === undefined)(
  'a browser shows the report whole, without a request or a complaint',
  async () => {
    const file = await reportFile(['boot', '<img src=x onerror=alert(1)>', 'shoe & "sandal"'])
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
    const complaints: string[] = []
    const requests: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => requests.push(request.url().slice(0, 40)))
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' })

    expect(complaints).toEqual([])
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(file).href.slice(0, 40)])
    const widths = await page
      .locator('img')
      .evaluateAll((images) => images.map((i) => (i as unknown as { naturalWidth: number }).naturalWidth))
    expect(widths).toEqual(Array(18).fill(64))
    expect(await page.locator('h2').allInnerTexts()).toEqual([
      'Dataset',
      'Samples',
      'What the files are',
      'Images that are alike',
      'Training',
      'Evaluation',
      'Confusion',
      'Classes',
      'Predictions',
      'Run',
    ])
    const text = await page.locator('main').textContent()
    for (const part of [
      '0.7778',
      'before training',
      'after 3 epochs',
      '<img src=x onerror=alert(1)>',
      'weighted mean',
    ]) {
      expect(text).toContain(part)
    }
    // The first line's colour comes from a style sheet token: it must be one, not the initial black.
    const stroke = await page
      .locator('svg [aria-label="line"]')
      .first()
      .evaluate((e) => {
        const view = (
          e as unknown as { ownerDocument: { defaultView: { getComputedStyle(x: unknown): { stroke: string } } } }
        ).ownerDocument
        return view.defaultView.getComputedStyle(e).stroke
      })
    expect(stroke).toBe('rgb(33, 102, 165)')
    await page.close()
  },
)

it.skipIf(executablePath === undefined).each([
  ['a wide window', 1200],
  ['a phone', 390],
])('nothing of the report sticks out of %s', async (_, width) => {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  await page.goto(pathToFileURL(await reportFile(['boot', 'a'.repeat(80), 'shoe'])).href)
  const overflow = await page.locator('html').evaluate((e) => {
    const root = e as unknown as { scrollWidth: number; clientWidth: number }
    return root.scrollWidth - root.clientWidth
  })
  expect(overflow).toBe(0)
  await page.close()
})
