import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import { runSlot } from '../../../src/artifacts/report.ts'
import { choosePredictions, chooseSamples } from '../../../src/reporting/choose-examples.ts'
import { headings } from '../../../src/reporting/evaluation-section.ts'
import { reportPage } from '../../../src/reporting/report-page.ts'
import { evaluationOf, history, imagesOf } from './report-fixture.ts'

async function page(classes: readonly string[], over: Partial<Parameters<typeof reportPage>[0]> = {}) {
  const data = imagesOf(classes)
  const runs = [evaluationOf(data, 0, 0.7), evaluationOf(data, 3, 0.25)]
  const samples = chooseSamples(data.dataset, 6, 1)
  const predictions = choosePredictions(runs[1]?.predictions ?? [], 6, 1)
  const pictures = new Map([...samples, ...predictions].map((e) => [e.file, 'data:image/jpeg;base64,AAAA']))
  const html = await reportPage({
    title: 'Shoes',
    data,
    runs,
    training: history,
    samples,
    augmented: [],
    predictions,
    pictures,
    ...over,
  })
  return { html, document: parseHTML(html).document }
}

const texts = (document: ReturnType<typeof parseHTML>['document'], selector: string) =>
  [...document.querySelectorAll(selector)].map((e) => (e.textContent ?? '').trim())

it('equal input gives equal bytes, with the place for the run exactly once', async () => {
  const { html } = await page(['boot', 'shoe'])
  expect((await page(['boot', 'shoe'])).html).toBe(html)
  expect(html.split(runSlot)).toHaveLength(2)
})

it('shows every section of a trained run', async () => {
  const { document } = await page(['boot', 'shoe'])
  expect(texts(document, 'h2')).toEqual([
    'Dataset',
    'Samples',
    'Training',
    'Evaluation',
    'Confusion',
    'Classes',
    'Predictions',
  ])
  expect(texts(document, '.tile b')).toEqual(['0.7500', '0.7500', '1.2500'])
  expect(texts(document, '.tile span').filter((t) => t.includes('before training'))[0]).toBe('0.3333 before training')
  expect(texts(document, '.card h3')).toEqual([
    'Loss',
    'Accuracy and F1',
    'test, before training',
    'test, after 3 epochs',
  ])
  const matrices = [...document.querySelectorAll('.matrix')].map((m) =>
    [...m.querySelectorAll('td')].map((t) => t.textContent),
  )
  expect(matrices).toEqual([
    ['2', '4', '4', '2'],
    ['5', '1', '2', '4'],
  ])
  expect(document.querySelectorAll('svg')).toHaveLength(2)
  expect(document.querySelectorAll('svg circle')).toHaveLength(3 * 4)
  expect(texts(document, 'tr.best td')).toContain('0.9000')
  expect(document.querySelectorAll('figure.wrong').length + document.querySelectorAll('figure.right').length).toBe(6)
})

it('a class name cannot add markup, in text, in attributes or as the place for the run', async () => {
  const evil = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', `</style>'${runSlot}\u0000\u001b[31m`]
  const { html, document } = await page(evil)
  expect(document.querySelectorAll('script')).toHaveLength(0)
  expect(document.querySelectorAll('[onerror]')).toHaveLength(0)
  expect(html.split(runSlot)).toHaveLength(2)
  expect(texts(document, '.matrix thead th')).toContain('<script>alert(1)</script>')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  expect(html).not.toMatch(/[\u0000\u001b]/)
})

it('asks for nothing over the network', async () => {
  const { html } = await page(['boot', 'shoe'])
  expect(html).toContain("default-src 'none'")
  expect(html.match(/(?:src|href)="(?!data:)[^"]*"/g)).toBeNull()
  expect(html).not.toMatch(/url\(|@import/)
})

it('leaves out what it has no data for', async () => {
  const { document } = await page(['boot', 'shoe'], { training: undefined, samples: [], predictions: [] })
  expect(texts(document, 'h2')).toEqual(['Dataset', 'Evaluation', 'Confusion', 'Classes'])
})

it('numbers headings that would be the same', () => {
  const run = evaluationOf(imagesOf(['a', 'b']), 3, 0)
  expect(headings([run, run])).toEqual(['test, after 3 epochs (1)', 'test, after 3 epochs (2)'])
})

it('gives a matrix of many classes the whole width and upright heads', async () => {
  const kinds = (n: number) => Array.from({ length: n }, (_, i) => `class ${i}`)
  const [many, few] = [await page(kinds(30)), await page(kinds(10))]
  expect(many.document.querySelectorAll('.card.whole .matrix.dense')).toHaveLength(2)
  expect(few.document.querySelectorAll('.matrix')).toHaveLength(2)
  expect(few.document.querySelectorAll('.whole, .dense')).toHaveLength(0)
})

it('lists the worst confusions where a matrix would be too large', async () => {
  const { document } = await page(Array.from({ length: 60 }, (_, i) => `class ${i}`))
  expect(document.querySelectorAll('.matrix')).toHaveLength(0)
  expect(texts(document, '.card p').at(-1)).toBe('60 classes: the 20 most frequent confusions.')
})

it('draws one epoch, and epochs whose loss is not finite', async () => {
  const [first] = history.epochs
  if (first === undefined) throw new Error('no epoch')
  const epochs = [{ ...first, trainLoss: Number.NaN }]
  const { html, document } = await page(['boot', 'shoe'], { training: { ...history, epochs, bestEpoch: 1 } })
  expect(document.querySelectorAll('svg circle')).toHaveLength(3)
  expect(html).not.toMatch(/[MLxy,"(]NaN/)
})
