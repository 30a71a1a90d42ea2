import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../../src')

/** The table of ARCHITECTURE.md: a file imports from its own folder or from a lower layer. */
const layerOf: Readonly<Record<string, number>> = {
  errors: 0,
  std: 0.5,
  registry: 1,
  compiler: 1,
  artifacts: 1.5,
  runtime: 2,
  images: 2,
  nn: 2,
  training: 2,
  reporting: 2,
  sources: 2,
  splitting: 2,
  stages: 3,
  config: 3,
  runner: 3,
  tracking: 3,
  'package-json.ts': 3.5,
  'engines.ts': 3.5,
  commands: 4.5,
  'app.ts': 4,
  'cache.ts': 4,
  'runs.ts': 4,
  'testing.ts': 4,
  'completion.ts': 4,
  'doctor.ts': 4,
  'index.ts': 3.5,
  'main.ts': 5,
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))
const importsOf = (file: string) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1] ?? '')

it('every file imports from its own folder or from a lower layer', () => {
  const wrong: string[] = []
  for (const file of files) {
    const own = file.split('/')[0] ?? ''
    for (const specifier of importsOf(file).filter((s) => s.startsWith('.'))) {
      const target = relative(src, resolve(src, dirname(file), specifier)).split('/')[0] ?? ''
      const [a, b] = [layerOf[own], layerOf[target]]
      if (a === undefined || b === undefined || (own !== target && b >= a)) wrong.push(`${file} imports ${specifier}`)
    }
  }
  expect(wrong).toEqual([])
  expect(files.length).toBeGreaterThan(20)
})

it('a stage imports no other stage', () => {
  const wrong = files
    .filter((f) => f.startsWith('stages/') && f !== 'stages/index.ts')
    .flatMap((f) =>
      importsOf(f)
        .filter((s) => s.startsWith('.') && resolve(src, dirname(f), s).startsWith(join(src, 'stages')))
        .map((s) => `${f} imports ${s}`),
    )
  expect(wrong).toEqual([])
})

it('only src/runtime knows koffi', () => {
  const wrong = files.filter((f) => !f.startsWith('runtime/') && importsOf(f).includes('koffi'))
  expect(wrong).toEqual([])
})

it('no file is longer than 300 lines', () => {
  const long = files.filter((f) => !f.endsWith('_pb.ts') && readFileSync(join(src, f), 'utf8').split('\n').length > 301)
  expect(long).toEqual([])
})
