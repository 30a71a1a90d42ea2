import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { experimentSchema, renderSchemas, stageSchema } from '../../../src/config/schema.ts'
import { createRegistry, type Registry } from '../../../src/registry/registry.ts'
import type { AnyStage } from '../../../src/registry/stage.ts'
import { fakeRegistry } from './fake-registry.ts'

const root = join(import.meta.dirname, '../../..')
const schemas = join(root, 'schemas')

let registry: Registry
beforeAll(async () => {
  const index = '../../../src/stages/index.ts'
  const { stages } = (await import(index)) as { stages: readonly AnyStage[] }
  registry = createRegistry(stages)
})

it('the committed schemas are those of the registry (`npm run gen:schema` writes them)', () => {
  const rendered = renderSchemas(registry)
  const committed = new Map(readdirSync(schemas).map((name) => [name, readFileSync(join(schemas, name), 'utf8')]))
  expect([...committed.keys()].sort()).toEqual([...rendered.keys()].sort())
  for (const [name, text] of rendered) expect(committed.get(name), name).toBe(text)
  expect(committed.size).toBe(registry.stages.length + 1)
})

it('the schemas are the same whatever order the registry has', () => {
  const reversed = createRegistry([...fakeRegistry.stages].reverse())
  expect([...renderSchemas(reversed)]).toEqual([...renderSchemas(fakeRegistry)])
})

const editorAjv = () => new Ajv({ allErrors: true, strict: false, validateFormats: false })

it('the schemas are valid draft-07, and accept every experiment of the project', () => {
  const validate = editorAjv().compile(experimentSchema(registry))
  const files = readdirSync(join(root, 'experiments')).filter((name) => name.endsWith('.yaml'))
  for (const name of files) {
    validate(parse(readFileSync(join(root, 'experiments', name), 'utf8')))
    expect(validate.errors ?? [], name).toEqual([])
  }
  expect(files.length).toBeGreaterThanOrEqual(3)
})

it('the schema of one stage accepts its entry and no other', () => {
  const train = fakeRegistry.get('train/supervised') as AnyStage
  const validate = editorAjv().compile(stageSchema(train))
  const entry = { uses: 'train/supervised', from: { model: 'a', data: 'b' }, with: { epochs: 2 } }
  expect(validate(entry)).toBe(true)
  expect(validate({ ...entry, with: { epochs: `\${vars.n}` } })).toBe(true)
  expect(validate({ ...entry, with: { epochs: 'two' } })).toBe(false)
  expect(validate({ ...entry, with: { epoch: 2 } })).toBe(false)
  expect(validate({ ...entry, uses: 'split/pair' })).toBe(false)
  // The other input may follow from the rest of the file.
  expect(validate({ ...entry, from: { model: 'a' } })).toBe(true)
  expect(validate({ ...entry, from: { modle: 'a' } })).toBe(false)
})

it('the schemas hold none of the marks that are for keys', () => {
  expect([...renderSchemas(fakeRegistry).values()].join('')).not.toContain('x-xp')
})

it('every experiment names its schema for editors', () => {
  for (const name of readdirSync(join(root, 'experiments')).filter((file) => file.endsWith('.yaml'))) {
    const [first] = readFileSync(join(root, 'experiments', name), 'utf8').split('\n')
    expect(first).toBe('# yaml-language-server: $schema=../schemas/experiment.schema.json')
    expect(existsSync(join(schemas, 'experiment.schema.json'))).toBe(true)
  }
})
