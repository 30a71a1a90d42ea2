import type * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { compile } from '../../../src/compiler/compile.ts'
import type { Executor } from '../../../src/compiler/executor.ts'
import type { Graph, Value } from '../../../src/compiler/ir.ts'
import { classifierOf } from '../../../src/nn/classifier.ts'
import type { Classifier } from '../../../src/registry/engine.ts'
import { adam } from '../../../src/training/adam.ts'
import { withEma } from '../../../src/training/ema.ts'
import { GraphCache } from '../../../src/training/graph-cache.ts'
import { forwardGraph, gradientGraph } from '../../../src/training/graphs.ts'
import type { Optimizer } from '../../../src/training/optimizer.ts'
import { noisyClassifier } from '../../parity/noisy-classifier.ts'
import { adamwDefaults, tinyClassifier } from '../../parity/tiny-classifier.ts'

const vitOf = (layers: number) =>
  classifierOf({
    model_type: 'vit',
    hidden_size: 8,
    num_hidden_layers: layers,
    num_attention_heads: 2,
    intermediate_size: 16,
    image_size: 12,
    patch_size: 4,
    id2label: { 0: 'boot', 1: 'sandal', 2: 'shoe' },
    label2id: { boot: 0, sandal: 1, shoe: 2 },
  })

const namesOf = ({ parameters }: Classifier, keep: (name: string) => boolean) =>
  parameters.map(({ name }) => name).filter(keep)

const gradient = (classifier: Classifier, trainable: readonly string[], adds = false) =>
  gradientGraph(classifier, { batchSize: 2, trainable, adds })

/** Values of the forward pass that any node beyond the features reads. */
function keptActivations({ graph }: { readonly graph: Graph }, forward: { readonly graph: Graph }): number {
  const length = forward.graph.nodes.length
  const made = new Set<Value>(graph.nodes.slice(0, length).flatMap(({ outputs }) => outputs))
  const later = graph.nodes.slice(length).flatMap(({ inputs }) => inputs)
  return new Set(later.filter((value) => made.has(value))).size
}

it('a frozen backbone has no backward node and keeps no activation, however deep', () => {
  const extra = [2, 4].map((layers) => {
    const vit = vitOf(layers)
    const forward = forwardGraph(vit, 2)
    const frozen = gradient(
      vit,
      namesOf(vit, (name) => name.startsWith('classifier.')),
    )
    return { nodes: frozen.graph.nodes.length - forward.graph.nodes.length, kept: keptActivations(frozen, forward) }
  })
  expect(extra[0]).toEqual(extra[1])
  expect(extra[0]?.nodes).toBeLessThan(25)
  expect(extra[0]?.kept).toBeLessThanOrEqual(3)
  const whole = [2, 4].map(
    (layers) =>
      gradient(
        vitOf(layers),
        namesOf(vitOf(layers), () => true),
      ).graph.nodes.length,
  )
  expect((whole[1] as number) - (whole[0] as number)).toBeGreaterThan(100)
})

it('freezing the first blocks leaves the backward pass of the others', () => {
  const blocks = [2, 4].map((layers) => {
    const vit = vitOf(layers)
    const last = namesOf(vit, (name) => name.includes(`layer.${layers - 1}.`) || name.startsWith('classifier.'))
    return gradient(vit, last).graph.nodes.length - forwardGraph(vit, 2).graph.nodes.length
  })
  expect(blocks[0]).toBe(blocks[1])
  expect(blocks[0]).toBeGreaterThan(50)
})

it('a rate of 0 adds nothing, another one input per mask with its shape', () => {
  const all = namesOf(tinyClassifier, () => true)
  const silent = gradient(noisyClassifier({ dropout: 0, dropPath: 0 }), all)
  expect(silent.masks).toEqual([])
  expect(silent.graph.inputs.some(({ name }) => name.startsWith('mask'))).toBe(false)
  const noisy = gradient(noisyClassifier({ dropout: 0.1, dropPath: 0.2 }), all)
  expect(noisy.masks).toEqual([
    { shape: [2, 1], rate: 0.2 },
    { shape: [2, 5], rate: 0.1 },
    { shape: [2, 5], rate: 0.1 },
  ])
  expect(noisy.movedBuffers).toEqual(['running_mean', 'num_batches_tracked'])
})

it('AdamW without decay or average writes no vector more than its rule has', () => {
  const vectors = (optimizer: Optimizer, decay: boolean) => {
    const inputs = ['weights', ...optimizer.slots, 'gradient'].map((name) => ({ name, shape: [8] }))
    const scalars = ['learningRate', 'clipScale', ...Object.keys(optimizer.scalars(1))]
    const { graph } = compile(
      [...inputs, ...scalars.map((name) => ({ name, shape: [] }))].map((i) => ({ ...i, dtype: 'float32' as const })),
      (t) => {
        const at = (name: string) => t[name] as tf.Tensor
        const step = { learningRate: at('learningRate'), clipScale: at('clipScale') }
        const next = optimizer.update({ weights: at('weights'), slots: t }, at('gradient'), step, t, decay)
        const parts = Object.entries({ weights: next.weights, ...next.slots })
        return Object.fromEntries(parts.map(([name, tensor]) => [`next ${name}`, tensor]))
      },
    )
    return graph.nodes.filter(({ outputs: [out] }) => out?.shape.length === 1).length
  }
  const adamw = adam(adamwDefaults)
  // m and v: two products and a sum each, and g²; then √v, its product, + ε, m / it, · lr, and the difference.
  expect(vectors(adamw, false)).toBe(13)
  expect(vectors(adamw, true)).toBe(14)
  expect(vectors(withEma(adamw, 0.9), false)).toBe(16)
  expect(vectors(adam({ ...adamwDefaults, name: 'adam' }), true)).toBe(16)
})

it('equal graphs make one session, and a variant is compiled once', async () => {
  const loaded: Uint8Array[] = []
  const executor = {
    async load(onnx: Uint8Array) {
      loaded.push(onnx)
      return { bind: () => ({ run: async () => {}, dispose() {} }), dispose() {} }
    },
  } as unknown as Executor
  const graphs = new GraphCache(executor)
  const [a, b] = [vitOf(1), vitOf(1)]
  const variant = { batchSize: 2, trainable: namesOf(a, () => true), adds: false }
  const first = await graphs.gradient(a, variant)
  expect(await graphs.gradient(a, { ...variant })).toBe(first)
  expect((await graphs.gradient(b, variant)).session).toBe(first.session)
  expect(loaded).toHaveLength(1)
  expect((await graphs.gradient(a, { ...variant, adds: true })).session).not.toBe(first.session)
  expect(await graphs.forward(a, 2)).toBe(await graphs.forward(b, 2))
  expect(await graphs.forward(a, 3)).not.toBe(await graphs.forward(b, 2))
  expect(loaded).toHaveLength(4)
})
