import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { SourceTree } from '../../../src/registry/stage.ts'
import imagefolder from '../../../src/stages/load/imagefolder.ts'
import sample from '../../../src/stages/load/sample.ts'
import { digestTree, sha256 } from '../../../src/std/hash.ts'
import { picture } from '../images/picture.ts'

const png = async (seed: number) => {
  const { data, width, height } = picture(8 + seed, 9)
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

const solidPng = (background: string) =>
  sharp({ create: { width: 9, height: 9, channels: 3, background } })
    .png()
    .toBuffer()

async function tree(files: Readonly<Record<string, Uint8Array | string>>): Promise<SourceTree> {
  const root = await mkdtemp(join(tmpdir(), 'xp-load-'))
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await writeFile(join(root, path), bytes)
  }
  const listed = Object.entries(files).map(([path, bytes]) => ({ path, size: bytes.length, sha256: sha256(bytes) }))
  return { root, digest: digestTree(listed), files: listed }
}

const usual = { labelColumn: 'label', onError: 'fail' as const, leaks: 'warn' as const }

function context(source: SourceTree, params: object = {}) {
  const warnings: string[] = []
  const metrics: Record<string, number> = {}
  return {
    params: { ...usual, root: source.root, ...params },
    inputs: {},
    sources: { root: source },
    seed: 42,
    scratch: source.root,
    signal: new AbortController().signal,
    locate: () => source.root,
    metric: (name: string, value: number) => {
      metrics[name] = value
    },
    progress: () => undefined,
    earlier: async () => [],
    warn: (message: string) => void warnings.push(message),
    warnings,
    metrics,
  } as never as Parameters<typeof imagefolder.run>[0] & { warnings: string[]; metrics: Record<string, number> }
}

describe('load/imagefolder', () => {
  it('it takes top-level folders as classes, by code point, odd names and nested folders included', async () => {
    const names = ['Zebra', 'a=b', "it's", 'two words', 'new\nline', 'é', 'Z/deep/er']
    const files = Object.fromEntries(
      await Promise.all(names.map(async (n, i): Promise<[string, Buffer]> => [`${n}/${i}.PNG`, await png(i)])),
    )
    const ctx = context(await tree({ ...files, '.hidden/x.png': 'x', 'é/.DS_Store': 'x', '__MACOSX/a/._b.png': 'x' }))
    const { dataset } = await imagefolder.run(ctx)
    expect(dataset.classes).toEqual(['Z', 'Zebra', 'a=b', "it's", 'new\nline', 'two words', 'é'])
    expect(dataset.parts.all?.map((e) => e.file)).toContain('Z/deep/er/6.PNG')
    expect(dataset.parts.all?.map((e) => e.label)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(dataset.source).toBe(ctx.sources.root?.digest)
    expect(ctx.metrics).toEqual({ 'load/images': 7, 'load/classes': 7 })
    expect(ctx.warnings).toEqual([])
  })

  it('it says which files it left out', async () => {
    const ctx = context(
      await tree({ 'a/1.png': await png(1), 'b/2.png': await png(2), 'b/notes.txt': 'x', 'c.png': 'x' }),
    )
    await imagefolder.run(ctx)
    expect(ctx.warnings).toEqual(['2 files are not labelled images and were left out: "b/notes.txt", "c.png"'])
  })

  it('folders train, val and test above the class folders are parts, and stay so', async () => {
    const solid = await Promise.all(['red', 'blue', 'green', 'gray', 'black'].map(solidPng))
    const [one, two, three, four, five] = solid as [Buffer, Buffer, Buffer, Buffer, Buffer]
    const ctx = context(
      await tree({
        ...{ 'test/b/1.png': one, 'test/a/2.png': two, 'train/b/3.png': three, 'train/a/4.png': four },
        ...{ 'val/a/5.png': five, 'train/loose.png': one, 'README.md': 'x', 'train/.DS_Store': 'x' },
      }),
    )
    const { dataset } = await imagefolder.run(ctx)
    expect(dataset.classes).toEqual(['a', 'b'])
    const files = Object.entries(dataset.parts).map(([part, examples]) => [part, examples.map((e) => e.file)])
    expect(files).toEqual([
      ['train', ['train/a/4.png', 'train/b/3.png']],
      ['validation', ['val/a/5.png']],
      ['test', ['test/a/2.png', 'test/b/1.png']],
    ])
    expect(dataset.parts.test?.map((e) => e.label)).toEqual([0, 1])
    expect(ctx.metrics).toEqual({
      ...{ 'load/images': 5, 'load/classes': 2, 'load/train': 2, 'load/validation': 1, 'load/test': 2 },
    })
    expect(ctx.warnings).toEqual([
      '2 files are not labelled images and were left out: "README.md", "train/loose.png"',
      'part "validation" has no image of "b"',
    ])
  })

  it('classes may be called train and test, where their images lie in them, or others lie beside', async () => {
    const [one, two] = [await png(1), await png(2)]
    const flat = await imagefolder.run(context(await tree({ 'train/1.png': one, 'test/2.png': two })))
    expect(flat.dataset.classes).toEqual(['test', 'train'])
    const vehicles = await tree({ 'train/steam/1.png': one, 'bus/2.png': two })
    expect((await imagefolder.run(context(vehicles))).dataset.classes).toEqual(['bus', 'train'])
  })

  it('it takes one part alone, and refuses what it cannot tell', async () => {
    const [one, two] = [await png(1), await png(2)]
    const alone = await imagefolder.run(context(await tree({ 'train/a/1.png': one, 'train/b/2.png': two })))
    expect(Object.keys(alone.dataset.parts)).toEqual(['train'])
    const refusal = async (files: Readonly<Record<string, Uint8Array>>) => {
      const source = await tree(files)
      return expect(
        imagefolder.check?.({
          params: { ...usual, root: source.root },
          sources: { root: source },
          foreseen: {},
          engine: {},
        }),
      ).rejects
    }
    const parts = { 'train/a/1.png': one, 'test/a/2.png': two }
    await (await refusal({ ...parts, 'extra/3.png': one })).toMatchObject({
      code: 'XP_PARTS_BESIDE_CLASSES',
      message: expect.stringContaining('(train, test) beside other folders with images: "extra"'),
    })
    await (await refusal({ ...parts, 'val/b/3.png': one, 'Valid/b/4.png': one })).toMatchObject({
      code: 'XP_TWIN_PARTS',
      message: expect.stringContaining('"val" and "Valid"'),
    })
    await (await refusal(parts)).toMatchObject({ code: 'XP_ONE_CLASS' })
  })

  it('it names every file that does not decode', async () => {
    const whole = await png(3)
    const files: Record<string, Uint8Array | string> = { 'a/1.png': whole, 'b/text.jpg': 'text', 'b/2.png': whole }
    files['a/cut.png'] = whole.subarray(0, whole.length / 2)
    await expect(imagefolder.run(context(await tree(files)))).rejects.toMatchObject({
      exit: 'data',
      message: expect.stringMatching(/2 files in .* "a\/cut\.png": .*\n.*"b\/text\.jpg": it is not a JPEG/s),
    })
  })

  it('it skips such files where told to, and says how many and which; a class needs one that is left', async () => {
    const images = { 'a/1.png': await png(3), 'b/2.png': await png(4) }
    const source = await tree({ ...images, 'a/cut.png': (await png(5)).subarray(0, 60), 'b/text.jpg': 'text' })
    const ctx = context(source, { onError: 'skip' })
    const { dataset } = await imagefolder.run(ctx)
    expect(dataset.parts.all?.map((e) => e.file)).toEqual(['a/1.png', 'b/2.png'])
    expect(dataset.inspection?.unreadable).toMatchObject({
      count: 2,
      first: [{ file: 'a/cut.png' }, { file: 'b/text.jpg' }],
    })
    expect(ctx.metrics).toMatchObject({ 'load/images': 2, 'load/unreadable': 2 })
    expect(ctx.warnings.join('\n')).toMatch(
      /^2 images cannot be read and were left out:\n {2}"a\/cut.png": .*\n {2}"b\/text.jpg"/,
    )
    const none = context(await tree({ ...images, 'c/text.jpg': 'text' }), { onError: 'skip' })
    await expect(imagefolder.run(none)).rejects.toMatchObject({
      code: 'XP_CLASS_UNREADABLE',
      message: expect.stringContaining('none of the 1 images of class "c" can be read'),
    })
  })

  it('it finds equal images: in one part, in several, in two classes', async () => {
    const [one, two, three] = [await png(1), await png(12), await png(20)]
    const alone = context(await tree({ 'a/1.png': one, 'a/copy.png': one, 'b/2.png': two }))
    const { dataset } = await imagefolder.run(alone)
    expect(dataset.parts.all?.map((e) => e.lookalikes)).toEqual([0, 0, undefined])
    expect(alone.metrics['load/lookalikes']).toBe(2)
    expect(alone.warnings).toEqual([
      '2 images are equal or nearly equal to others, in 1 set, as "a/1.png", "a/copy.png"',
    ])
    const parts = { 'train/a/1.png': one, 'train/b/2.png': two, 'test/a/3.png': three, 'test/b/2.png': two }
    const leaking = context(await tree(parts))
    await imagefolder.run(leaking)
    expect(leaking.warnings.join('\n')).toContain('train: "train/b/2.png", test: "test/b/2.png"')
    await expect(imagefolder.run(context(await tree(parts), { leaks: 'fail' }))).rejects.toMatchObject({
      code: 'XP_LEAK',
      hint: 'remove them from all parts but one, or set leaks: warn',
    })
    const torn = context(await tree({ 'a/1.png': one, 'b/1.png': one, 'b/2.png': two }))
    await imagefolder.run(torn)
    expect(torn.warnings[0]).toBe(
      'one image has several labels: files of equal content in different classes:\n  "a/1.png" (a), "b/1.png" (b)',
    )
  })

  it('it names classes of very different size, and images of odd size or with alpha', async () => {
    const many = Object.fromEntries(
      await Promise.all(
        Array.from(
          { length: 20 },
          async (_, i): Promise<[string, Buffer]> => [
            `a/${i}.png`,
            await sharp({
              create: { width: 40 + i, height: 40, channels: 3, background: { r: i * 9, g: 99, b: 255 - i * 9 } },
            })
              .png()
              .toBuffer(),
          ],
        ),
      ),
    )
    const ofSize = (width: number, height: number, channels: 3 | 4) =>
      sharp({ create: { width, height, channels, background: 'red' } })
        .png()
        .toBuffer()
    const ctx = context(
      await tree({ ...many, 'b/small.png': await ofSize(8, 8, 3), 'b/long.png': await ofSize(200, 45, 4) }),
    )
    const { dataset } = await imagefolder.run(ctx)
    expect(ctx.warnings).toEqual([
      'class "a" has 20 images, "b" 2: consider classWeights: balanced when training',
      '1 image is less than a quarter of the usual size: "b/small.png"',
      '1 image has a side over 4 times the other, of which a crop or a squeeze leaves little: "b/long.png"',
      '1 image has an alpha channel, which is dropped: what it hid is seen',
    ])
    expect(dataset.inspection).toMatchObject({
      width: { smallest: 8, largest: 200 },
      height: { smallest: 8, median: 40, largest: 45 },
      modes: { RGB: 21, alpha: 1 },
    })
  })

  it('it shows twenty of many', async () => {
    const many = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`a/${i + 10}.jpg`, 'x']))
    await expect(imagefolder.run(context(await tree({ ...many, 'b/1.png': await png(1) })))).rejects.toThrow(
      /25 files.*"a\/29\.jpg".*and 5 more/s,
    )
  })

  it.each([
    ['an empty folder', {}, 'XP_EMPTY_IMAGE_FOLDER'],
    ['files without folders', { '1.png': 'x', '2.png': 'x' }, 'XP_NO_CLASS_FOLDERS'],
    ['one class', { 'a/1.png': 'x' }, 'XP_ONE_CLASS'],
    ['a class without images', { 'a/1.png': 'x', 'b/readme.md': 'x' }, 'XP_CLASS_WITHOUT_IMAGES'],
  ])('it refuses %s before any work', async (_, files, code) => {
    const source = await tree(files)
    await expect(
      imagefolder.check?.({
        params: { ...usual, root: source.root },
        sources: { root: source },
        foreseen: {},
        engine: {},
      }),
    ).rejects.toMatchObject({
      code,
      exit: 'data',
      message: expect.stringContaining(source.root),
    })
  })

  it('it refuses a folder that is not there', async () => {
    const source = { root: '/nowhere/at/all', digest: '', files: [] }
    await expect(
      imagefolder.check?.({
        params: { ...usual, root: source.root },
        sources: { root: source },
        foreseen: {},
        engine: {},
      }),
    ).rejects.toMatchObject({ code: 'XP_MISSING_IMAGE_FOLDER', exit: 'data' })
  })
})

describe('load/sample', () => {
  const draw = async (seed: number) => {
    const ctx = context(await tree({}), { perClass: 4, size: 32 })
    return sample.run({ ...ctx, seed } as never)
  }

  it('it draws small labelled images, equal for equal seeds', async () => {
    const [one, two, other] = [await draw(1), await draw(1), await draw(2)]
    expect(one.dataset).toEqual(two.dataset)
    expect(one.dataset.source).not.toBe(other.dataset.source)
    expect(one.dataset.classes).toEqual(['boot', 'sandal', 'shoe'])
    expect(one.dataset.parts.all).toHaveLength(12)
    expect(new Set(one.dataset.parts.all?.map((e) => e.sha256)).size).toBe(12)
    for (const { file, sha256: digest } of one.dataset.parts.all ?? []) {
      const bytes = await readFile(join(one.images.dir, file))
      expect(sha256(bytes)).toBe(digest)
      expect(bytes.length).toBeLessThan(1000)
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 32, height: 32, format: 'jpeg' })
    }
  })

  it('it leaves nothing of an interrupted run among its images', async () => {
    const ctx = context(await tree({}), { perClass: 2, size: 32 })
    await mkdir(join(ctx.scratch, 'images/boot'), { recursive: true })
    await writeFile(join(ctx.scratch, 'images/boot/99999.jpg'), 'half')
    const { images } = await sample.run({ ...ctx, seed: 1 } as never)
    expect(await readdir(join(images.dir, 'boot'))).toEqual(['00000.jpg', '00001.jpg'])
  })
})
