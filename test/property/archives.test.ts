import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { XpError } from '../../src/errors/xp-error.ts'
import { openStore } from '../../src/runner/store.ts'
import { archiveKind } from '../../src/sources/archive.ts'
import { EntryNames } from '../../src/sources/entry-names.ts'
import { temporaryFolder } from '../unit/runner/temporary.ts'
import { type PackedEntry, tarOf, tgzOf, zipOf } from '../unit/sources/pack.ts'

const dir = temporaryFolder()
const store = await openStore(join(dir, 'store'))
const scope = { store, signal: new AbortController().signal, onProgress: () => undefined }

/** The files it was unpacked to, or the error's code; anything but an expected error is thrown on. */
async function outcome(name: string, bytes: Buffer): Promise<readonly string[] | string> {
  writeFileSync(join(dir, name), bytes)
  try {
    return (await archiveKind.read(join(dir, name), scope)).files.map(({ path }) => path)
  } catch (error) {
    if (error instanceof XpError) return error.code
    throw error
  } finally {
    expect(readdirSync(join(store.dir, 'tmp'))).toEqual([])
    expect(readdirSync(dir).filter((file) => !/^(store|a\.(zip|tar|tgz))$/.test(file))).toEqual([])
  }
}

const packers = [
  ['a.zip', zipOf],
  ['a.tar', tarOf],
  ['a.tgz', tgzOf],
] as const
const entries: readonly PackedEntry[] = [
  { name: 'shoes/', type: '5', mode: 0o040755 },
  { name: 'shoes/Boot/1.jpg', data: 'boot'.repeat(300) },
  { name: 'shoes/Sandal/2.jpg', data: 'sandal' },
]

it.each(packers)(
  '%s with bytes changed, lost or added is unpacked or refused, never a crash',
  async (name, pack) => {
    const whole = pack(entries)
    const change = fc.record({
      at: fc.nat({ max: whole.length - 1 }),
      drop: fc.nat({ max: 3 }),
      put: fc.uint8Array({ maxLength: 4 }),
    })
    const seen = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let bytes = whole
        for (const { at, drop, put } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)])
        const end = await outcome(name, bytes)
        const what = typeof end === 'string' ? end : 'unpacked'
        seen.set(what, (seen.get(what) ?? 0) + 1)
      }),
      { numRuns: 300 },
    )
    expect(seen.get('XP_ARCHIVE_DAMAGED') ?? 0).toBeGreaterThan(30)
  },
  120_000,
)

const step = fc.oneof(
  fc.constantFrom('..', '.', '', 'a', 'A', 'é', 'e\u0301', 'C:', '\\', '\0', '.git', 'Thumbs.db', '-x', 'a=b', '"\n'),
  fc.string({ maxLength: 8, unit: 'binary' }),
)
const entryName = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'))

it('no names lead out of the folder, and no two of them to one file', () => {
  let accepted = 0
  fc.assert(
    fc.property(fc.array(entryName, { maxLength: 5 }), (names) => {
      const sight = new EntryNames('a.zip')
      const folded = new Set<string>()
      for (const name of names) {
        let path: string | undefined
        try {
          path = sight.add(name, false)
        } catch (error) {
          if (!(error instanceof XpError)) throw error
          continue
        }
        if (path === undefined) continue
        accepted++
        const steps = path.split('/')
        expect(steps.every((s) => s !== '' && s !== '.' && s !== '..' && !/[\0\\]/.test(s))).toBe(true)
        expect(join('/root', path).startsWith('/root/')).toBe(true)
        const key = path.normalize('NFC').toLowerCase()
        expect(folded.has(key)).toBe(false)
        folded.add(key)
      }
    }),
    { numRuns: 2000 },
  )
  expect(accepted).toBeGreaterThan(200)
})

it.each(packers)(
  '%s with names of every kind writes below its folder or is refused',
  async (name, pack) => {
    const data = fc.array(fc.record({ name: entryName, data: fc.string({ maxLength: 20 }) }), { maxLength: 4 })
    let unpacked = 0
    await fc.assert(
      fc.asyncProperty(data, async (drawn) => {
        const end = await outcome(name, pack(drawn))
        if (typeof end !== 'string') unpacked++
      }),
      { numRuns: 200 },
    )
    expect(unpacked).toBeGreaterThan(5)
  },
  120_000,
)
