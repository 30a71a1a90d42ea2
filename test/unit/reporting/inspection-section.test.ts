import { parseHTML } from 'linkedom'
import { expect, it } from 'vitest'
import type { Dataset, Example } from '../../../src/artifacts/dataset.ts'
import type { Inspection } from '../../../src/artifacts/inspection.ts'
import { alikeSets, mostSets, shownOf } from '../../../src/reporting/alike.ts'
import { inspectionSection } from '../../../src/reporting/inspection-section.ts'

const image = (file: string, label: number, more: Partial<Example> = {}): Example => ({
  file,
  label,
  sha256: file,
  ...more,
})
const inspection: Inspection = {
  unreadable: {
    count: 7,
    first: Array.from({ length: 7 }, (_, i) => ({ file: `bad/<${i}>.jpg`, reason: 'it is cut off' })),
  },
  width: { smallest: 20, median: 136, largest: 12_000 },
  height: { smallest: 10, median: 102, largest: 300 },
  small: { count: 1, first: ['boot/tiny.png'] },
  elongated: { count: 0, first: [] },
  modes: { RGB: 100, palette: 1 },
}
const dataset = (parts: Dataset['parts'], more: Partial<Dataset> = {}): Dataset => ({
  classes: ['boot', 'shoe'],
  source: 'a'.repeat(64),
  parts,
  ...more,
})

function section(data: Dataset) {
  const { document } = parseHTML(`<main>${inspectionSection(data, new Map([['a', 'data:,a']])).text}</main>`)
  const texts = (selector: string) => [...document.querySelectorAll(selector)].map((e) => (e.textContent ?? '').trim())
  return { document, texts }
}

it('shows sizes, modes, and what was left out, by path', () => {
  const { texts } = section(dataset({ all: [image('a', 0)] }, { inspection }))
  expect(texts('h3')).toEqual([
    'Size in pixels',
    'Mode of the files',
    'Not readable, left out: 7',
    'Under a quarter of the usual size: 1',
  ])
  expect(texts('td')).toEqual(['20', '136', '12\u202f000', '10', '102', '300'])
  expect(texts('li')).toContain('bad/<4>.jpg: it is cut off')
  expect(texts('li')).not.toContain('bad/<5>.jpg: it is cut off')
  expect(texts('li')).toContain('and 2 more')
})

it('shows images that are alike, those that leak first', () => {
  const { document, texts } = section(
    dataset({
      train: [image('a', 0, { lookalikes: 1 }), image('b', 0, { sha256: 'same' }), image('c', 1, { lookalikes: 2 })],
      test: [image('d', 1, { sha256: 'same' }), image('e', 1, { lookalikes: 1 }), image('f', 1, { lookalikes: 2 })],
      validation: [image('g', 0, { lookalikes: 3 }), image('h', 0, { lookalikes: 3 }), image('i', 0)],
    }),
  )
  expect(texts('section > p')[0]).toBe(
    '8 images equal or nearly equal to others, in 4 sets; 3 sets in several parts, so that a model is scored on what it was trained on; 2 sets in several classes, so that a label is wrong.',
  )
  expect(texts('h3')).toEqual([
    '2 images, in several parts and classes',
    '2 images, in several parts and classes',
    '2 images, in several parts',
    '2 images',
  ])
  expect(document.querySelectorAll('.warned')).toHaveLength(3)
  expect(texts('figcaption')[0]).toBe('boottrain · a')
  expect(document.querySelector('img')?.getAttribute('src')).toBe('data:,a')
})

it('shows a bounded number of sets, and of each some of every part', () => {
  const many = Array.from({ length: 30 }, (_, i) => image(`${i}`, 0, { lookalikes: i % 15 }))
  const { texts } = section(dataset({ all: many }))
  expect(texts('h3')).toHaveLength(mostSets)
  expect(texts('p').at(-1)).toBe('3 more sets not shown.')
  const large = Array.from({ length: 20 }, (_, i) => image(`${i}`, 0, { lookalikes: 1 }))
  const [set] = alikeSets(dataset({ train: large, test: [image('z', 0, { lookalikes: 1 })] }))
  const shown = set === undefined ? [] : shownOf(set)
  expect(shown.map(({ file }) => file)).toEqual(['0', '1', '2', '3', '4', 'z'])
})

it('says nothing where nothing was found', () => {
  expect(section(dataset({ all: [image('a', 0), image('b', 1)] })).texts('section')).toEqual([])
})
