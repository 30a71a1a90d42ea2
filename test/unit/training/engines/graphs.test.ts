import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { print } from '../../../../src/compiler/print.ts'
import type { OptimizerSpec } from '../../../../src/registry/engine.ts'
import { forwardGraph, gradientGraph } from '../../../../src/training/engines/graphs.ts'
import { updateGraph } from '../../../../src/training/engines/update-graph.ts'
import { optimizerOf } from '../../../../src/training/optimizers/optimizer.ts'
import { familyRuns } from '../../../parity/families.ts'
import { goldenCheckpoint } from '../../../parity/huggingface.ts'

// A model's gradient graph knows no optimiser, and an optimiser's update graph no model: printed once each, they are
// every model × optimiser. UPDATE_GRAPHS=1 writes them anew.
const folder = join(import.meta.dirname, '../../../graphs')

const optimizers: Readonly<Record<string, OptimizerSpec>> = {
  adam: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
  adamw: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 },
  sgd: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.1 },
  'sgd-nesterov': { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 },
}

function expectAsPrinted(name: string, printed: string): void {
  const file = join(folder, `${name}.txt`)
  if (process.env.UPDATE_GRAPHS) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, printed)
  }
  expect(printed).toBe(readFileSync(file, 'utf8'))
}

it.each(familyRuns)('the graphs of $family are the printed ones', async ({ family }) => {
  const { classifier } = await goldenCheckpoint(family)
  const trainable = classifier.parameters.map(({ name }) => name)
  expectAsPrinted(`${family}-forward`, print(forwardGraph(classifier, 2).graph))
  const gradient = gradientGraph(classifier, { batchSize: 2, trainable, adds: false })
  expectAsPrinted(`${family}-gradient`, print(gradient.graph))
})

it.each(Object.entries(optimizers))('the update graph of %s is the printed one', (name, spec) => {
  expectAsPrinted(name, print(updateGraph(8, true, optimizerOf(spec)).graph))
})

it('no graph is printed that nothing makes', () => {
  const made = [
    ...familyRuns.flatMap(({ family }) => [`${family}-forward`, `${family}-gradient`]),
    ...Object.keys(optimizers),
  ]
  expect(readdirSync(folder).sort()).toEqual(made.map((name) => `${name}.txt`).sort())
})
