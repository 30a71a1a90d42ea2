import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { many, optional } from '../../../src/registry/artifact.ts'
import { describeStage } from '../../../src/registry/describe.ts'
import { ignoredByKey, TreePath } from '../../../src/registry/params.ts'
import { defineStage } from '../../../src/registry/stage.ts'
import { Count, Words } from '../runner/fakes.ts'

const stage = defineStage({
  uses: 'train/described',
  version: 3,
  summary: 'A stage.',
  params: Type.Object({
    root: TreePath({ description: 'A folder.' }),
    rule: Type.Enum(['adamw', 'sgd'], { default: 'adamw', description: 'Rule.' }),
    size: Type.Union([Type.Literal('auto'), Type.Integer()], { description: 'Pixels.' }),
    augment: Type.Object({ flip: Type.Number() }, { default: {}, description: 'Changes.' }),
    seed: Type.Optional(Type.Integer({ description: 'Seed.' })),
    workers: Type.Integer({ default: 2, description: 'Threads.', ...ignoredByKey('speed only') }),
  }),
  inputs: { words: Words, more: many(Words), count: optional(Count) },
  outputs: { words: Words },
  metrics: { 'train/loss': { unit: 'nats', per: 'batch', better: 'lower', description: 'Loss.' } },
  needs: ['seed'],
  run: async () => ({ words: [] }),
})

it('says everything of a stage from its declaration', () => {
  expect(describeStage(stage)).toEqual({
    uses: 'train/described',
    version: 3,
    summary: 'A stage.',
    needs: ['seed'],
    inputs: [
      { port: 'words', type: 'words@1', arity: 'one' },
      { port: 'more', type: 'words@1', arity: 'many' },
      { port: 'count', type: 'count@1', arity: 'optional' },
    ],
    outputs: [{ port: 'words', type: 'words@1' }],
    params: [
      { name: 'root', type: 'string', required: true, description: 'A folder.', key: 'by the content of the tree' },
      { name: 'rule', type: 'adamw | sgd', required: false, default: 'adamw', description: 'Rule.' },
      { name: 'size', type: 'auto | integer', required: true, description: 'Pixels.' },
      { name: 'augment', type: '{ flip: number }', required: false, default: {}, description: 'Changes.' },
      { name: 'seed', type: 'integer', required: false, description: 'Seed.' },
      {
        name: 'workers',
        type: 'integer',
        required: false,
        default: 2,
        description: 'Threads.',
        key: 'not in the key: speed only',
      },
    ],
    metrics: [{ name: 'train/loss', unit: 'nats', per: 'batch', description: 'Loss.' }],
  })
})
