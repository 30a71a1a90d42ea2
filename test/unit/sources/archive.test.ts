import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../../../src/runner/store.ts'
import { archiveKind, wrapperOf } from '../../../src/sources/archive.ts'
import { EntrySink } from '../../../src/sources/entry-sink.ts'
import { readFolder } from '../../../src/sources/folder.ts'
import { sha256 } from '../../../src/std/hash.ts'
import { temporaryFolder } from '../runner/temporary.ts'
import { type PackedEntry, tarOf, tgzOf, zipOf } from './pack.ts'

let dir: string
let store: Store
beforeEach(async () => {
  dir = temporaryFolder()
  store = await openStore(join(dir, 'store'))
})

const signal = new AbortController().signal
const counts: string[] = []
const scope = () => ({
  store,
  signal,
  onProgress: ({ done, total, what }: { done: number; total: number; what: string }) =>
    void counts.push(`${done}/${total} ${what}`),
})
function saved(name: string, bytes: Buffer): string {
  writeFileSync(join(dir, name), bytes)
  return join(dir, name)
}
const read = (name: string, bytes: Buffer) => archiveKind.read(saved(name, bytes), scope())

const good: readonly PackedEntry[] = [
  { name: 'shoes/', mode: 0o040755, type: '5' },
  { name: 'shoes/Boot/1.jpg', data: 'boot' },
  { name: 'shoes/Boot/é "=\n-.jpg', data: 'odd' },
  { name: 'shoes/-Sandal/deep/2.jpg', data: 'sandal' },
  { name: '__MACOSX/shoes/Boot/._1.jpg', data: 'clutter' },
  { name: 'shoes/.DS_Store', data: 'clutter' },
  { name: 'shoes/Boot/Thumbs.db', data: 'clutter' },
]
const packers = [
  ['a.zip', zipOf],
  ['a.tar', tarOf],
  ['a.tar.gz', tgzOf],
  ['A.TGZ', tgzOf],
] as const

describe.each(packers)('%s', (name, pack) => {
  it('has the tree of the same folder unpacked by hand, without its wrapper and clutter', async () => {
    const folder = join(dir, 'by hand')
    for (const entry of good) {
      const path = join(folder, String(entry.name).slice('shoes/'.length))
      if (!/^shoes\/.*[^/]$/.test(String(entry.name).replace('\n', ' '))) continue
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, String(entry.data))
    }
    const bytes = pack(good)
    const source = await read(name, bytes)
    expect(source.digest).toBe((await readFolder(folder, scope())).digest)
    expect(source.files.map(({ path }) => path)).toEqual(['-Sandal/deep/2.jpg', 'Boot/1.jpg', 'Boot/é "=\n-.jpg'])
    expect(source.named).toBe(join(dir, name))
    expect(source.pinned).toEqual({ sha256: sha256(bytes) })
  })

  it('is unpacked once; what is damaged there is unpacked again', async () => {
    const source = await read(name, pack(good))
    const stamp = () => statSync(join(source.root, 'Boot/1.jpg')).ino
    const before = stamp()
    await archiveKind.read(join(dir, name), scope())
    expect(stamp()).toBe(before)
    for (const harm of [
      (path: string) => truncateSync(path, 1),
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(join(path, '../new.jpg'), ''),
      (path: string) => rmSync(join(path, '../..'), { recursive: true }),
      () => writeFileSync(join(store.sourceDir(String(source.pinned?.sha256)), 'unpacked.json'), '{"form'),
    ]) {
      harm(join(source.root, 'Boot/1.jpg'))
      const again = await archiveKind.read(join(dir, name), scope())
      expect([again.digest, again.files.length]).toEqual([source.digest, 3])
    }
    expect(readdirSync(join(store.dir, 'tmp'))).toEqual([])
  })

  it.each([
    ['/etc/passwd', 'is an absolute path'],
    ['a/../../x.jpg', 'leads out of the archive with ".."'],
    ['a\\..\\x.jpg', 'has a backslash in its name'],
    ['C:x.jpg', 'names a drive'],
    [`a/${'x'.repeat(256)}`, 'has a name with a step of more than 255 bytes'],
    [`${'abc/'.repeat(600)}x.jpg`, 'has a name of more than 2048 bytes'],
    ['SHOES/Boot/2.jpg', 'is the same name as "shoes" where case'],
    ['shoes/boot/2.jpg', 'is the same name as "shoes/Boot" where case'],
    ['shoes/Boot/e\u0301 "=\n-.jpg', 'is the same name as "shoes/Boot/é \\"=\\n-.jpg" where case'],
    ['shoes/Boot/1.jpg', 'is there twice'],
    ['shoes/./Boot//1.jpg', 'is there twice'],
    ['shoes/Boot', 'is a file and a folder'],
    ['shoes/Boot/1.jpg/x', 'is a file and a folder'],
  ])('refuses %j', async (entry, why) => {
    const refused = read(name, pack([...good, { name: entry, data: 'x' }]))
    await expect(refused).rejects.toMatchObject({ code: 'XP_ARCHIVE_ENTRY', message: expect.stringContaining(why) })
    expect(readdirSync(join(store.dir, 'tmp'))).toEqual([])
    expect(readdirSync(join(store.dir, 'sources'))).toEqual([])
    expect(existsSync(join(dir, 'x.jpg'))).toBe(false)
  })

  it('is refused when it is cut off anywhere, holds nothing, or is something else', async () => {
    const bytes = pack(good)
    for (const length of [0, 1, 30, 511, 512, 1024, bytes.length - 1100, bytes.length >> 1]) {
      if (length < 0 || length >= bytes.length) continue
      const cut = read(name, bytes.subarray(0, length))
      await expect(cut, String(length)).rejects.toMatchObject({ code: 'XP_ARCHIVE_DAMAGED' })
    }
    await expect(read(name, Buffer.from('no archive'.repeat(200)))).rejects.toMatchObject({
      code: 'XP_ARCHIVE_DAMAGED',
    })
    const clutter = pack([{ name: '.DS_Store', data: 'x' }])
    await expect(read(name, clutter)).rejects.toMatchObject({ code: 'XP_ARCHIVE_EMPTY' })
  })
})

it.each([
  [{ mode: 0o120777 }, 'XP_ARCHIVE_ENTRY', '"x.jpg" is a symbolic link'],
  [{ mode: 0o060644 }, 'XP_ARCHIVE_ENTRY', '"x.jpg" is a device or a pipe'],
  [{ flags: 0x801 }, 'XP_ARCHIVE_ENTRY', '"x.jpg" is encrypted'],
  [{ method: 12 }, 'XP_ARCHIVE_ENTRY', '"x.jpg" is packed by method 12'],
  [{ crc: 1 }, 'XP_ARCHIVE_DAMAGED', 'at its entry "x.jpg": its bytes do not give the checksum'],
  [{ size: 4 }, 'XP_ARCHIVE_DAMAGED', 'at its entry "x.jpg": too many bytes in the stream'],
  [{ size: 600 }, 'XP_ARCHIVE_DAMAGED', 'at its entry "x.jpg": not enough bytes in the stream'],
  [{ name: Buffer.from('\xff.jpg', 'latin1') }, 'XP_ARCHIVE_ENTRY', '"ÿ.jpg" has a name that is not UTF-8'],
])('refuses the entry of a zip file with %j', async (entry, code, message) => {
  const refused = read('a.zip', zipOf([...good, { name: 'x.jpg', data: 'bytes', ...entry }]))
  await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
})

it.each([
  [{ type: '2', link: 'a' }, 'is a symbolic link'],
  [{ type: '1', link: 'shoes/Boot/1.jpg' }, 'is a hard link'],
  [{ type: '3' }, 'is a device'],
  [{ type: '6' }, 'is a pipe'],
])('refuses the entry of a tar file with %j', async (entry, why) => {
  const refused = read('a.tar', tarOf([...good, { name: 'x.jpg', ...entry }]))
  await expect(refused).rejects.toMatchObject({ code: 'XP_ARCHIVE_ENTRY', message: expect.stringContaining(why) })
})

it('reads names that are UTF-8 without saying so, and those of old zip files', async () => {
  const names = ['é/1.jpg', Buffer.from('\x82x/2.jpg', 'latin1')]
  const source = await read('a.zip', zipOf(names.map((name) => ({ name, data: 'x', flags: 0 }))))
  expect(source.files.map(({ path }) => path)).toEqual(['é/1.jpg', 'éx/2.jpg'])
})

it('counts entries, bytes and how far they were packed, and says the limit', () => {
  const limits = { entries: 2, bytes: 1000, ratio: 5, freeBytes: 100 }
  const sink = (archiveBytes: number) => new EntrySink('a.zip', archiveBytes, temporaryFolder(), limits)
  const many = sink(10)
  many.folder('a')
  many.folder('b')
  expect(() => many.folder('c')).toThrow('a.zip is not unpacked: it holds more than 2 entries, which is the limit')
  expect(() => sink(1000).expect(1001)).toThrow('more than 1000 bytes, which is the limit')
  const bomb = sink(30)
  bomb.expect(150)
  expect(() => bomb.expect(1)).toThrow('more than 5 times its own size')
})

it('a bomb ends where the limit is, whatever it says of its size', async () => {
  const bomb = tgzOf([{ name: 'a/1.jpg', data: Buffer.alloc(101 << 20) }])
  await expect(read('a.tgz', bomb)).rejects.toMatchObject({ code: 'XP_ARCHIVE_TOO_LARGE' })
  const zip = zipOf([{ name: 'a/1.jpg', data: Buffer.alloc(101 << 20) }])
  await expect(read('a.zip', zip)).rejects.toMatchObject({ code: 'XP_ARCHIVE_TOO_LARGE' })
})

it.each([
  [['shoes/Boot/1.jpg', 'shoes/Sandal/1.jpg'], 'shoes/'],
  [['a/b/Boot/1.jpg', 'a/b/Sandal/1.jpg'], 'a/b/'],
  [['Boot/1.jpg', 'Sandal/1.jpg'], ''],
  [['Boot/1.jpg', 'Boot/2.jpg'], ''],
  [['train/Boot/1.jpg', 'train/Sandal/1.jpg'], ''],
  [['x/train/Boot/1.jpg', 'x/train/Sandal/1.jpg'], 'x/'],
  [['x/metadata.csv', 'x/1.jpg'], 'x/'],
  [['README.md', 'x/Boot/1.jpg'], ''],
])('of %j the wrapper is %j', (paths, wrapper) => {
  expect(wrapperOf(paths)).toBe(wrapper)
})

it('stops when the run is stopped, and leaves nothing', async () => {
  const controller = new AbortController()
  controller.abort('SIGINT')
  for (const [name, pack] of packers) {
    const stopped = archiveKind.read(saved(name, pack(good)), { ...scope(), signal: controller.signal })
    await expect(stopped).rejects.toBe('SIGINT')
  }
  expect(readdirSync(join(store.dir, 'sources'))).toEqual([])
})
