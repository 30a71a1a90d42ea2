/** The files of a new plugin, by name: a stage that works, its test, and an experiment that runs it. */
export function starterPlugin(uses: string): ReadonlyMap<string, string> {
  const name = uses.slice(uses.indexOf('/') + 1)
  const variable = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return new Map([
    [
      `${name}.ts`,
      `import { Dataset, defineStage, Type } from 'xp'

export default defineStage({
  uses: '${uses}',
  // Raise it when equal inputs would give other bytes for a reason that is not in this file.
  version: 1,
  summary: 'The first classes of a dataset.',
  params: Type.Object(
    { count: Type.Integer({ minimum: 2, default: 2, description: 'How many classes.' }) },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { dataset: Dataset },
  metrics: {},
  needs: [],
  async run({ params, inputs }) {
    const { dataset } = inputs
    const parts = Object.fromEntries(
      Object.entries(dataset.parts).map(([part, images]) => [part, images.filter(({ label }) => label < params.count)]),
    )
    return { dataset: { ...dataset, classes: dataset.classes.slice(0, params.count), parts } }
  },
})
`,
    ],
    [
      `${name}.test.ts`,
      `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testStage } from 'xp/testing'
import ${variable} from './${name}.ts'

const image = (file: string, label: number) => ({ file, sha256: '0'.repeat(64), label })
const dataset = { classes: ['a', 'b', 'c'], source: 'f'.repeat(64), parts: { all: [image('1', 0), image('2', 2)] } }

test('${uses} conforms', async () => {
  assert.deepEqual(await testStage({ stage: ${variable}, inputs: { dataset }, others: { count: 3 } }), [])
})
`,
    ],
    [
      `${name}.yaml`,
      `name: ${name}
plugins: [./${name}.ts]
stages:
  load: { uses: load/sample, with: { perClass: 20, size: 16 } }
  mine: { uses: ${uses}, from: { dataset: load } }
  split: { uses: split/stratified, from: mine, with: { train: 0.5, test: 0.5 } }
`,
    ],
  ])
}
