import type { BoundTensor, HostTensor } from '../../compiler/executor.ts'
import type { Classifier, MicroBatch } from '../../registry/engine.ts'
import type { GraphCache } from './graph-cache.ts'
import {
  earlierGradientOf,
  type GradientVariant,
  gradientOf,
  imageShape,
  lossScaleInput,
  maskInput,
  nextBuffer,
} from './graphs.ts'
import { float32, stateOf, type TensorView, tensorsAt } from './host-tensor.ts'
import { fillMask, type MaskDraw } from './masks.ts'

/** The memory of a trainer that its gradient graphs read and write. */
export interface GradientMemory {
  /** Parameters and buffers. */
  readonly state: TensorView
  /** Gradients of the trainable parameters. */
  readonly gradients: TensorView
  readonly loss: HostTensor
  readonly squaredGradNorm: HostTensor
  /** Factor on the loss, where the precision asks for one. */
  readonly lossScale: HostTensor
}

/** Computes the gradients of one micro-batch. */
export interface OnnxGradient {
  run(batch: MicroBatch, draw: MaskDraw): Promise<void>
  dispose(): void
}

/** Binds the gradient graph of one batch size to a trainer's memory. */
export async function bindGradient(
  graphs: GraphCache,
  classifier: Classifier,
  variant: GradientVariant,
  memory: GradientMemory,
): Promise<OnnxGradient> {
  const { session, masks, movedBuffers, scaled } = await graphs.gradient(classifier, variant)
  const { batchSize, trainable, adds } = variant
  const state = tensorsAt(stateOf(classifier), memory.state)
  const trained = new Set(trainable)
  const gradients = tensorsAt(
    classifier.parameters.filter(({ name }) => trained.has(name)),
    memory.gradients,
  )
  const renamed = (tensors: Record<string, BoundTensor>, rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]))
  const moved = Object.fromEntries(movedBuffers.map((name) => [name, state[name] as BoundTensor]))
  const pixels = float32(imageShape(classifier, batchSize))
  const targets = float32([batchSize, classifier.labels.length])
  const maskTensors = masks.map(({ shape, rate }) => ({ rate, tensor: float32(shape) }))
  const binding = session.bind(
    {
      ...state,
      pixels,
      targets,
      ...(scaled ? { [lossScaleInput]: memory.lossScale } : {}),
      ...(adds ? renamed(gradients, earlierGradientOf) : {}),
      ...Object.fromEntries(maskTensors.map(({ tensor }, index) => [maskInput(index), tensor])),
    },
    {
      loss: memory.loss,
      logits: float32([batchSize, classifier.labels.length]),
      squaredGradNorm: memory.squaredGradNorm,
      ...renamed(gradients, gradientOf),
      ...renamed(moved, nextBuffer),
    },
  )
  return {
    async run(batch, draw) {
      pixels.data.set(batch.pixels)
      targets.data.set(batch.targets)
      for (const [index, { rate, tensor }] of maskTensors.entries()) fillMask(tensor.data, rate, draw, index)
      await binding.run()
    },
    dispose: () => binding.dispose(),
  }
}
