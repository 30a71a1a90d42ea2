import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { XpError } from '../../src/errors/xp-error.ts'
import { decodeBytes, decodeImage } from '../../src/images/decode.ts'
import { hasImageExtension } from '../../src/images/format.ts'
import type { RgbImage } from '../../src/images/rgb-image.ts'
import { sha256 } from '../../src/std/hash.ts'
import { type CorpusFile, corpus, pixelsOf } from '../goldens/corpus.ts'

/** Levels by which an AVIF in colour may differ: at most, and on average where chroma is subsampled; docs/images.md names both. */
const avifLevels = { whole: 1, subsampledMean: 5 }

/** How a file of an exception must come out; undefined stands for a refusal. */
const exceptions: Readonly<Record<string, (file: CorpusFile, image: RgbImage | undefined) => void>> = {
  'gray-16': ({ pillow }, image) => {
    expect(image && sha256(image.data)).toBe(pillow.refused ?? pillow.highBytes)
    expect(image && sha256(image.data)).not.toBe(pillow.refused ?? pillow.sha256)
  },
  avif: (file, image) => {
    const expected = pixelsOf(file)
    const differences = expected.map((value, i) => Math.abs(value - (image?.data[i] ?? 255)))
    const mean = differences.reduce((sum, difference) => sum + difference, 0) / expected.length
    expect(image?.data.length).toBe(expected.length)
    expect(mean).toBeGreaterThan(0)
    if (file.name.startsWith('420')) expect(mean).toBeLessThanOrEqual(avifLevels.subsampledMean)
    else expect(Math.max(...differences)).toBeLessThanOrEqual(avifLevels.whole)
  },
  'jpeg-overflow': ({ pillow }, image) => {
    if (pillow.refused !== undefined) throw new Error('Pillow reads it')
    expect([image?.width, image?.height]).toEqual([pillow.width, pillow.height])
    expect(image && sha256(image.data)).not.toBe(pillow.sha256)
  },
  'cut-end': weRefuse,
  'png-chunks': ({ pillow }, image) => {
    expect(pillow.refused).toBeDefined()
    expect(image).toBeDefined()
  },
  'tiff-numbers': weRefuse,
  'tiff-premultiplied-16': weRefuse,
  'tiff-kinds': weRefuse,
}

function weRefuse({ pillow }: CorpusFile, image: RgbImage | undefined) {
  expect(pillow.refused).toBeUndefined()
  expect(image).toBeUndefined()
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xp-corpus-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** The image, or undefined when it is refused by name, with a reason, as a mistake in the data. */
async function decoded(file: CorpusFile): Promise<RgbImage | undefined> {
  const path = join(folder, file.name)
  await writeFile(path, file.bytes)
  try {
    return await decodeImage(path)
  } catch (error) {
    if (!(error instanceof XpError)) throw error
    expect(error.exit).toBe('data')
    expect(error.message).toContain(`${path} cannot be read as an image: `)
    expect(error.message.split('image: ')[1]?.length).toBeGreaterThan(10)
    return undefined
  }
}

const usual = corpus.filter(({ exception }) => exception === undefined)
const readable = usual.filter(({ pillow }) => pillow.refused === undefined)
const unreadable = usual.filter(({ pillow }) => pillow.refused !== undefined)

describe('odd images', () => {
  it.each(readable)('it gives the bytes of Pillow for $name', async (file) => {
    if (file.pillow.refused !== undefined) return
    const before = sha256(file.bytes)
    const image = await decodeBytes(file.bytes)
    expect(sha256(file.bytes), 'the bytes given').toBe(before)
    expect([image?.width, image?.height]).toEqual([file.pillow.width, file.pillow.height])
    expect(image && sha256(image.data)).toBe(file.pillow.sha256)
  })

  it.each(unreadable)('it refuses $name as Pillow does', async (file) => {
    expect(await decoded(file)).toBeUndefined()
  })

  it.each(corpus.filter(({ exception }) => exception !== undefined))('it treats $name as $exception', async (file) => {
    const check = exceptions[file.exception ?? '']
    expect(check).toBeDefined()
    check?.(file, await decoded(file))
  })

  it('it counts them', () => {
    expect(corpus.length).toBe(213)
    expect(readable.length).toBeGreaterThan(140)
    expect(unreadable.length).toBeGreaterThan(40)
    const extensions = new Set(corpus.map(({ name }) => name.slice(name.lastIndexOf('.'))))
    for (const extension of extensions) expect(hasImageExtension(`x${extension.toUpperCase()}`), extension).toBe(true)
    expect(extensions.size).toBe(11)
  })

  it('it goes red when an image is turned the wrong way', async () => {
    const [three, four] = ['exif-3.jpg', 'exif-4.jpg'].map((name) => corpus.find((file) => file.name === name))
    const image = three && (await decodeBytes(three.bytes))
    if (image === undefined || four === undefined || four.pillow.refused !== undefined) throw new Error('not there')
    expect(sha256(image.data)).not.toBe(four.pillow.sha256)
  })
})

describe('the table of exceptions', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/images.md'), 'utf8')
  const [, table = ''] = /These are all the exceptions:\n\n((?:\|.*\n)+)/.exec(page) ?? []
  const rows = [...table.matchAll(/^\| `([\w-]+)` \|(.+)\|(.+)\|(.+)\|$/gm)]

  it('it has a row for each exception that a file shows and a test holds, and no other', () => {
    const named = rows.map(([, id]) => id).sort()
    expect(named).toEqual(Object.keys(exceptions).sort())
    expect(named).toEqual([...new Set(corpus.flatMap(({ exception }) => exception ?? []))].sort())
    expect(named.length).toBe(8)
  })

  it('it says how far AVIF may differ', () => {
    const [, , , far] = rows.find(([, id]) => id === 'avif') ?? []
    expect(far?.match(/\d+(?= levels?)/g)?.map(Number)).toEqual([avifLevels.whole, avifLevels.subsampledMean])
  })
})
