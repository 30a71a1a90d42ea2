import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { compareCodePoints } from '../../../src/std/code-points.ts'
import { digestTree, sha256 } from '../../../src/std/hash.ts'
import { racyMs, StatCache } from '../../../src/std/stat-cache.ts'
import { hashTree, listTree } from '../../../src/std/tree.ts'
import { temporaryFolder } from '../runner/temporary.ts'

let root: string
beforeEach(() => {
  root = temporaryFolder()
})
const write = (path: string, text = path) => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}
const paths = () => listTree(root).map((file) => file.path)

it('lists files by code point of the whole path, without clutter', () => {
  for (const path of ['b/1', 'a/2', 'a-b/3', 'Z', 'é', '\u{1F600}', '\uFFFD', '10', '9']) write(path)
  for (const path of ['.hidden', 'a/.DS_Store', '.git/x', 'Thumbs.db', 'a/desktop.ini', '__MACOSX/a/1']) write(path)
  expect(paths()).toEqual(['10', '9', 'Z', 'a-b/3', 'a/2', 'b/1', 'é', '\uFFFD', '\u{1F600}'])
  expect(listTree(root, { everything: true })).toHaveLength(15)
})

it('follows links, and refuses one to a folder that it lies in by its name', () => {
  write('real/x')
  symlinkSync(join(root, 'real'), join(root, 'link'))
  symlinkSync(join(root, 'real', 'x'), join(root, 'file'))
  expect(paths()).toEqual(['file', 'link/x', 'real/x'])
  for (const [target, name] of [
    ['..', join(root, 'real', 'up')],
    ['.', join(root, 'self')],
    ['self', join(root, 'self')],
  ] as const) {
    symlinkSync(target, name)
    expect(() => paths()).toThrow(expect.objectContaining({ code: 'ELOOP', path: name }))
    rmSync(name)
  }
})

it('refuses two links that lead to each other', () => {
  const other = temporaryFolder()
  writeFileSync(join(other, 'y'), '')
  write('x')
  symlinkSync(other, join(root, 'other'))
  symlinkSync(root, join(other, 'back'))
  expect(() => paths()).toThrow(expect.objectContaining({ code: 'ELOOP', path: join(root, 'other/back') }))
})

it.runIf(process.platform === 'linux')('refuses a file and a folder whose names are not UTF-8', () => {
  const invalid = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')])
  const garbled = { code: 'EILSEQ', path: join(root, '\ufffd') }
  writeFileSync(invalid('\xff'), '')
  expect(() => paths()).toThrow(expect.objectContaining(garbled))
  rmSync(invalid('\xff'))
  mkdirSync(invalid('\xff'))
  expect(() => paths()).toThrow(expect.objectContaining(garbled))
})

it('fails on a link to nothing and on a missing folder, naming the path', () => {
  symlinkSync('nowhere', join(root, 'dangling'))
  expect(() => paths()).toThrow(join(root, 'dangling'))
  expect(() => listTree(join(root, 'none'))).toThrow('none')
})

it('hashes content and path, blind to root and time', async () => {
  write('a/b', 'text')
  const { digest, files } = await hashTree(root)
  expect(files).toEqual([{ path: 'a/b', size: 4, sha256: sha256('text') }])
  expect(digest).toBe(digestTree(files))
  utimesSync(join(root, 'a/b'), 5, 5)
  expect((await hashTree(root)).digest).toBe(digest)
})

const stamp = { size: 1, mtimeMs: 1000.5, ctimeMs: 2000.25, ino: 7 }

it('trusts a digest only while every part of the stamp is the same', async () => {
  const cache = await StatCache.open(join(root, 'stat.json'))
  cache.record('a', stamp, 'digest', stamp.ctimeMs + racyMs)
  expect(cache.lookup('a', { ...stamp })).toBe('digest')
  for (const part of ['size', 'mtimeMs', 'ctimeMs', 'ino'] as const) {
    expect(cache.lookup('a', { ...stamp, [part]: stamp[part] + 1 })).toBeUndefined()
  }
  expect(cache.lookup('b', stamp)).toBeUndefined()
})

it('does not remember a file that changed just before it was hashed', async () => {
  const cache = await StatCache.open(join(root, 'stat.json'))
  cache.record('a', stamp, 'old', stamp.ctimeMs + racyMs)
  cache.record('a', stamp, 'new', stamp.ctimeMs + racyMs - 1)
  expect(cache.lookup('a', stamp)).toBeUndefined()
})

it('survives the process, and a broken file is an empty cache', async () => {
  const file = join(root, 'stat.json')
  const cache = await StatCache.open(file)
  cache.record('__proto__', stamp, 'digest', stamp.ctimeMs + racyMs)
  cache.record('gone', stamp, 'digest', stamp.ctimeMs + racyMs)
  cache.retain((path) => path === '__proto__')
  await cache.save()
  const again = await StatCache.open(file)
  expect([again.lookup('__proto__', stamp), again.lookup('gone', stamp)]).toEqual(['digest', undefined])
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))
  expect((await StatCache.open(file)).lookup('__proto__', stamp)).toBeUndefined()
})

it('uses the cache instead of reading', async () => {
  write('a', 'text')
  const cache = await StatCache.open(join(root, '..', 'none.json'))
  const [listed] = listTree(root)
  if (listed === undefined) throw new Error('nothing listed')
  cache.record('a', listed, sha256('not what it holds'), listed.ctimeMs + racyMs)
  expect((await hashTree(root, cache)).files[0]?.sha256).toBe(sha256('not what it holds'))
})

it('orders by code point where UTF-16 would not', () => {
  expect('\uFFFD' < '\u{1F600}').toBe(false)
  expect(compareCodePoints('\uFFFD', '\u{1F600}')).toBeLessThan(0)
  expect(compareCodePoints('a', 'ab')).toBeLessThan(0)
  expect(compareCodePoints('b', 'a')).toBeGreaterThan(0)
  expect(compareCodePoints('a', 'a')).toBe(0)
})
