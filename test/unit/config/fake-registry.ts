import { Type } from 'typebox'
import type { ArtifactType } from '../../../src/registry/artifact.ts'
import { many, optional } from '../../../src/registry/artifact.ts'
import { FilePath, ignoredByKey, TreePath } from '../../../src/registry/params.ts'
import { createRegistry } from '../../../src/registry/registry.ts'
import { defineStage } from '../../../src/registry/stage.ts'

const artifact = (name: `${string}@${number}`): ArtifactType<unknown> => ({
  name,
  summary: `A ${name}.`,
  write: async () => {},
  read: async () => undefined,
})
const Dataset = artifact('dataset@1')
const Images = artifact('processed-images@1')
const Model = artifact('model@1')
const History = artifact('training-history@1')
const Evaluation = artifact('evaluation@1')
const Report = artifact('report@1')

const common = { version: 1, metrics: {}, needs: [], run: async () => ({}) as never } as const
const closed = { additionalProperties: false }

/** Stages of every shape the config has to deal with; none of them runs. */
export const fakeRegistry = createRegistry([
  defineStage({
    ...common,
    uses: 'load/imagefolder',
    summary: 'Images of a folder, one folder per class.',
    params: Type.Object(
      {
        root: TreePath({ description: 'The folder.' }),
        workers: Type.Integer({ minimum: 1, default: 2, description: 'Threads.', ...ignoredByKey('speed only') }),
      },
      closed,
    ),
    inputs: {},
    outputs: { dataset: Dataset },
  }),
  defineStage({
    ...common,
    uses: 'split/stratified',
    summary: 'Named parts, each class in proportion.',
    params: Type.Object(
      {
        train: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.64, description: 'Fraction.' }),
        test: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 0.2, description: 'Fraction.' }),
      },
      closed,
    ),
    inputs: { dataset: Dataset },
    outputs: { dataset: Dataset },
  }),
  defineStage({
    ...common,
    uses: 'split/renamed',
    summary: 'Other names of classes.',
    params: Type.Object(
      {
        labels: Type.Union(
          [Type.Array(Type.String({ minLength: 1 }), { minItems: 2 }), Type.Record(Type.String(), Type.String())],
          { default: {}, description: 'A list of names, or new names.' },
        ),
      },
      closed,
    ),
    inputs: { dataset: Dataset },
    outputs: { dataset: Dataset },
  }),
  defineStage({
    ...common,
    uses: 'split/pair',
    summary: 'Two datasets of one.',
    params: Type.Object({}, closed),
    inputs: { dataset: Dataset },
    outputs: { left: Dataset, right: Dataset },
  }),
  defineStage({
    ...common,
    uses: 'model/pretrained',
    summary: 'A checkpoint.',
    params: Type.Object(
      {
        weights: TreePath({ description: 'A Hugging Face folder.' }),
        config: Type.Optional(FilePath({ description: 'Another config.json.' })),
      },
      closed,
    ),
    inputs: { dataset: Dataset },
    outputs: { model: Model },
  }),
  defineStage({
    ...common,
    uses: 'transform/image-processor',
    summary: 'Preprocessing.',
    params: Type.Object(
      {
        mean: Type.Optional(Type.Array(Type.Number(), { minItems: 3, maxItems: 3, description: 'Per channel.' })),
        size: Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 8, maximum: 1024 })], {
          default: 'auto',
          description: 'Pixels.',
        }),
        augmentation: Type.Object(
          { horizontalFlip: Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'Probability.' }) },
          { ...closed, default: {}, description: 'Random changes.' },
        ),
      },
      closed,
    ),
    inputs: { dataset: Dataset, model: optional(Model) },
    outputs: { data: Images },
  }),
  defineStage({
    ...common,
    uses: 'train/supervised',
    summary: 'Fine-tunes.',
    params: Type.Object(
      {
        epochs: Type.Integer({ minimum: 1, default: 3, description: 'Passes over the data.' }),
        learningRate: Type.Number({ exclusiveMinimum: 0, default: 1e-5, description: 'Peak rate.' }),
        optimizer: Type.Enum(['adamw', 'sgd'], { default: 'adamw', description: 'Rule.' }),
        shuffle: Type.Boolean({ default: true, description: 'New order each epoch.' }),
        tag: Type.Optional(Type.String({ minLength: 1, description: 'A word.' })),
      },
      closed,
    ),
    inputs: { model: Model, data: Images },
    outputs: { model: Model, history: History },
  }),
  defineStage({
    ...common,
    uses: 'evaluate/classification',
    summary: 'Scores.',
    params: Type.Object({ part: Type.String({ default: 'test', description: 'Part.' }) }, closed),
    inputs: { model: Model, data: Images },
    outputs: { evaluation: Evaluation },
  }),
  defineStage({
    ...common,
    uses: 'evaluate/compare',
    summary: 'Two models side by side.',
    params: Type.Object({}, closed),
    inputs: { before: Model, after: Model },
    outputs: { evaluation: Evaluation },
  }),
  defineStage({
    ...common,
    uses: 'report/html',
    summary: 'One page.',
    params: Type.Object({ title: Type.Optional(Type.String({ description: 'Heading.' })) }, closed),
    inputs: { runs: many(Evaluation), training: optional(History), data: optional(Images) },
    outputs: { report: Report },
  }),
])
