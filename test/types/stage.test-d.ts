import { Type } from 'typebox'
import { Dataset, defineStage, Model, many, optional } from '../../src/index.ts'

/**
 * What the contract refuses at compile time. `tsc` checks this file with the others (`npm run check`): an
 * `@ts-expect-error` over a line that compiles is an error itself.
 */
const declared = {
  uses: 'train/typed',
  version: 1,
  summary: 'A stage that is only typed.',
  params: Type.Object({ epochs: Type.Integer({ description: 'Passes.' }) }, { additionalProperties: false }),
  inputs: { dataset: Dataset, base: optional(Model), others: many(Model) },
  outputs: { model: Model },
  metrics: { 'train/loss': { unit: 'nats', per: 'batch', description: 'Loss.' } },
  needs: ['seed'],
} as const

const model = { dir: '/m' }

defineStage({
  ...declared,
  async run({ params, inputs, metric }) {
    const epochs: number = params.epochs
    const classes: readonly string[] = inputs.dataset.classes
    const base: string | undefined = inputs.base?.dir
    const others: readonly string[] = inputs.others.map(({ dir }) => dir)
    metric('train/loss', 0.5, epochs)
    return { model: { dir: [...classes, base, ...others].join() } }
  },
})

defineStage({
  ...declared,
  async run({ metric }) {
    // @ts-expect-error a metric that is not declared
    metric('train/accuracy', 1, 0)
    return { model }
  },
})

defineStage({
  ...declared,
  async run({ inputs }) {
    // @ts-expect-error an input port that is not declared
    return { model: inputs.weights }
  },
})

defineStage({
  ...declared,
  async run({ inputs }) {
    // @ts-expect-error an optional input may be absent
    return { model: { dir: inputs.base.dir } }
  },
})

defineStage({
  ...declared,
  async run({ params }) {
    // @ts-expect-error a param that is not declared
    return { model: { dir: String(params.epoch) } }
  },
})

defineStage({
  ...declared,
  // @ts-expect-error an output that is missing
  async run() {
    return {}
  },
})

defineStage({
  ...declared,
  // @ts-expect-error an output of another artifact type
  async run() {
    return { model: { classes: [] } }
  },
})

defineStage({
  ...declared,
  // @ts-expect-error a family that does not exist
  uses: 'learn/typed',
  run: async () => ({ model }),
})

defineStage({
  ...declared,
  // @ts-expect-error a need that does not exist
  needs: ['clock'],
  run: async () => ({ model }),
})
