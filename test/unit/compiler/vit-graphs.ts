import type * as tf from '@tensorflow/tfjs'
import type { HostTensor } from '../../../src/compiler/executor.ts'
import { emptyData, type Graph, sizeOf } from '../../../src/compiler/ir.ts'
import { trace } from '../../../src/compiler/trace.ts'
import { classifierOf } from '../../../src/nn/classifier.ts'
import { gradientStep } from '../../../src/training/engines/gradient-step.ts'

const labels = { id2label: { 0: 'boot', 1: 'sandal', 2: 'shoe' }, label2id: { boot: 0, sandal: 1, shoe: 2 } }

const tiny = {
  model_type: 'vit',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  image_size: 12,
  patch_size: 4,
  ...labels,
}

export const tinyVit = classifierOf(tiny)

export const deepVit = classifierOf({ ...tiny, num_hidden_layers: 8 })

export const baseVit = classifierOf({ model_type: 'vit', ...labels })

const inputsOf = ({ parameters, image }: typeof tinyVit, batch: number) => [
  ...parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const })),
  { name: 'pixels', shape: [batch, image.height, image.width, image.channels], dtype: 'float32' as const },
]

export const forwardGraph = (vit: typeof tinyVit, batch: number): Graph =>
  trace(inputsOf(vit, batch), (t) => ({ logits: vit.head(t, vit.features(t, t.pixels as tf.Tensor4D)) }))

/** Loss, logits, gradient norm and all gradients, as the trainer compiles them. */
export const gradientGraph = (vit: typeof tinyVit, batch: number): Graph =>
  trace([...inputsOf(vit, batch), { name: 'targets', shape: [batch, vit.labels.length], dtype: 'float32' }], (t) => {
    const { loss, logits, squaredGradNorm, gradients } = gradientStep({
      classifier: vit,
      tensors: t,
      trainable: vit.parameters.map(({ name }) => name),
      pixels: t.pixels as tf.Tensor4D,
      targets: t.targets as tf.Tensor2D,
      mask: () => {
        throw new Error('these models ask for no mask')
      },
    })
    const named = Object.entries(gradients).map(([name, tensor]) => [`gradient of ${name}`, tensor])
    return { loss, logits, squaredGradNorm, ...(Object.fromEntries(named) as Record<string, tf.Tensor>) }
  })

/** Pseudorandom numbers of roughly unit variance (a linear congruential generator and a sum of four). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3)
}

/** Random feeds for every input of a graph: int32 inputs are labels below 3. */
export function feedsOf(graph: Graph, seed: number, scale = 0.5): Record<string, HostTensor> {
  const next = numbers(seed)
  return Object.fromEntries(
    graph.inputs.map(({ name, value }) => {
      const data = emptyData(value.dtype, sizeOf(value.shape))
      for (let i = 0; i < data.length; i++)
        data[i] = value.dtype === 'float32' ? next() * scale : Math.abs(Math.trunc(next() * 100)) % 3
      return [name, { ...value, data }]
    }),
  )
}
