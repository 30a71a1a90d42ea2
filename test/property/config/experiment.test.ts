import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { fakeRegistry } from '../../unit/config/fake-registry.ts'

const folder = mkdtempSync(join(tmpdir(), 'xp-config-property-'))
afterAll(() => rmSync(folder, { recursive: true }))
const runs = { numRuns: 40 }

type Tree = { [key: string]: unknown }
const experiment = (train: Tree, vars: Tree = {}): Tree => ({
  name: 'shoes',
  vars,
  stages: {
    load: { uses: 'load/imagefolder', with: { root: 'data' } },
    split: { uses: 'split/stratified', from: 'load' },
    model: { uses: 'model/pretrained', from: 'split', with: { weights: 'vit' } },
    transform: { uses: 'transform/image-processor', from: { dataset: 'split', model: 'model' } },
    train: { uses: 'train/supervised', from: { model: 'model', data: 'transform' }, with: train },
  },
})

/** Params of every stage, or the codes of what is wrong. */
async function outcome(tree: Tree, set: readonly string[] = []): Promise<unknown> {
  const file = join(folder, 'experiment.yaml')
  writeFileSync(file, stringify(tree))
  try {
    const { stages } = await loadExperiment(file, { registry: fakeRegistry, set, env: {}, cwd: folder })
    return Object.fromEntries(stages.map(({ id, params, inputs }) => [id, { params, inputs }]))
  } catch (thrown) {
    const errors = expectedErrors(thrown)
    if (errors.length === 0) throw thrown
    return errors.map(({ code, message }) => `${code} ${message}`).sort()
  }
}

const value = fc.oneof(
  fc.integer({ min: -10, max: 1000 }),
  fc.double({ min: 1e-9, max: 10, noNaN: true }),
  fc.boolean(),
  fc.constantFrom(
    'adamw',
    'sgd',
    'adam',
    '',
    '010',
    '1e-5',
    'yes',
    'a: b',
    '#x',
    '@x',
    "it's",
    'two\nlines',
    'ключ',
    '[1]',
  ),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.constant(null),
)
const param = fc.constantFrom('epochs', 'learningRate', 'optimizer', 'shuffle', 'tag')

it('it makes no difference whether a param is set or edited in the file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(param, value), param, value, async (train, name, replaced) => {
      const edited = await outcome(experiment({ ...train, [name]: replaced }))
      const set = await outcome(experiment(train), [`stages.train.with.${name}=${JSON.stringify(replaced)}`])
      expect(set).toEqual(edited)
    }),
    runs,
  )
})

it('it keeps the type of a value that goes through a variable', async () => {
  await fc.assert(
    fc.asyncProperty(param, value, async (name, through) => {
      const direct = await outcome(experiment({ [name]: through }, { x: 1 }))
      const varied = await outcome(experiment({ [name]: `\${vars.x}` }, { x: through }))
      expect(varied).toEqual(direct)
    }),
    runs,
  )
})

it('it makes text of what stands inside a text', async () => {
  const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[a-z ]{1,8}$/))
  await fc.assert(
    fc.asyncProperty(scalar, scalar, async (a, b) => {
      const varied = await outcome(experiment({ tag: `<\${vars.a}|\${vars.b}>` }, { a, b }))
      expect(varied).toEqual(await outcome(experiment({ tag: `<${a}|${b}>` })))
    }),
    runs,
  )
})

const shuffledKeys = (tree: Tree, random: () => number): Tree => {
  const entries = Object.entries(tree).map(([key, inner]) => ({ key, inner, at: random() }))
  entries.sort((a, b) => a.at - b.at)
  return Object.fromEntries(
    entries.map(({ key, inner }) => {
      const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      return [key, nested ? shuffledKeys(inner as Tree, random) : inner]
    }),
  )
}

it('it is blind to the order of keys', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(param, value),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (train, stream) => {
        const tree = experiment(train, { a: 1, b: `\${vars.a}` })
        const shuffled = shuffledKeys(tree, () => stream.next().value ?? 0)
        expect(await outcome(shuffled)).toEqual(await outcome(tree))
      },
    ),
    runs,
  )
})

it('it answers every text with an experiment or with located errors, never with a bug', async () => {
  const lines = fc.constantFrom(
    'name: a',
    'stages:',
    '  load:',
    '    uses: load/imagefolder',
    '    with: { root: x }',
    '\tx: 1',
    '- a',
    '&a',
    '*a',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    '---',
    '? a',
    ': b',
    '|',
    '> x',
    '!!binary x',
    '%YAML 1.1',
    '<<: *a',
    `\${vars.x}`,
    '  from: load',
    '    from: { a: b }',
    '#',
    '\u0000',
    `vars: { x: "\${vars.x}" }`,
    `track: { mlflow: { uri: "\${env:X}" } }`,
    '1: 2',
    '? [a]',
    'a: &a [*a]',
    'stages: []',
    'stages: { A: 1 }',
    'vars: x',
    'vars: { a: [1, {b: 2}] }',
    '...',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(lines, { minLength: 1, maxLength: 12 }),
      fc.array(fc.string({ maxLength: 12 }), { maxLength: 2 }),
      async (text, set) => {
        const file = join(folder, 'random.yaml')
        writeFileSync(file, text.join('\n'))
        try {
          await loadExperiment(file, { registry: fakeRegistry, set, env: {}, cwd: folder })
        } catch (thrown) {
          expect(expectedErrors(thrown).length, String((thrown as Error).stack)).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 300 },
  )
})
