import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../../../src')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('_pb.ts'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }))
const inErrors = ({ file }: { readonly file: string }) => file.startsWith('errors/')

it('errors for users are made by the factories alone', () => {
  const elsewhere = sources.filter((source) => !inErrors(source) && /new XpError\(/.test(source.text))
  expect(elsewhere.map(({ file }) => file)).toEqual([])
})

it('every factory is used', () => {
  const factories = sources
    .filter(inErrors)
    .flatMap(({ text }) => [...text.matchAll(/^export const (\w+) = \(/gm)].map((match) => match[1] ?? ''))
  const used = sources.filter((source) => !inErrors(source)).map(({ text }) => text)
  const idle = factories.filter((name) => !used.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
  expect(idle).toEqual([])
  expect(factories.length).toBeGreaterThan(60)
})

it('a code belongs to one area', () => {
  const areas = new Map<string, Set<string>>()
  for (const { file, text } of sources.filter(inErrors))
    for (const [code] of text.matchAll(/(?<=')XP_[A-Z0-9_]+(?=')/g))
      areas.set(code, (areas.get(code) ?? new Set()).add(file))
  // A disk that fails while a checkpoint is written is the same case as one that fails in the store.
  areas.delete('XP_DISK')
  expect([...areas].filter(([, files]) => files.size > 1).map(([code]) => code)).toEqual([])
  expect(areas.size).toBeGreaterThan(60)
})
