import type * as tf from '@tensorflow/tfjs'
import { type Compiled, type CompileOptions, compile } from '../../compiler/compile.ts'
import type { Target } from '../../compiler/executor.ts'
import type { Classifier, Tensors } from '../../registry/engine.ts'
import { gradientStep } from './gradient-step.ts'
import type { Mask } from './masks.ts'

/** Name of the graph output that holds the gradient of a parameter. */
export const gradientOf = (parameter: string) => `gradient of ${parameter}`
/** Name of the graph input that holds what the gradient is added to. */
export const earlierGradientOf = (parameter: string) => `earlier gradient of ${parameter}`
/** Name of the graph output that holds a buffer's value after the batch. */
export const nextBuffer = (buffer: string) => `next ${buffer}`

/** Name of the graph input that holds the mask at a position of the forward pass. */
export const maskInput = (index: number) => `mask ${index}`

export const imageShape = ({ image }: Classifier, batchSize: number) => [
  batchSize,
  image.height,
  image.width,
  image.channels,
]

const float32 = (name: string, shape: readonly number[]) => ({ name, shape, dtype: 'float32' as const })

const weightInputs = ({ parameters, buffers }: Classifier) =>
  [...parameters, ...buffers].map(({ name, shape }) => float32(name, shape))

/** (weights, pixels) → logits `[batchSize, labels]`. */
export function forwardGraph(classifier: Classifier, batchSize: number, target?: Target): Compiled {
  const forward = (t: Tensors) => ({ logits: classifier.head(t, classifier.features(t, t.pixels as tf.Tensor4D)) })
  return compile([...weightInputs(classifier), float32('pixels', imageShape(classifier, batchSize))], forward, {
    ...(target === undefined ? {} : { target }),
  })
}

export interface GradientVariant extends Omit<CompileOptions, 'inPlace'> {
  readonly batchSize: number
  /** The others cost no gradient. */
  readonly trainable: readonly string[]
  /** Whether the gradients are added to earlier ones, in place. */
  readonly adds: boolean
}

export interface GradientGraph extends Compiled {
  /** Shapes and rates of the inputs `mask 0`, `mask 1`, … */
  readonly masks: readonly Mask[]
  /** Buffers that the batch moves; each is an output written over its input. */
  readonly movedBuffers: readonly string[]
  /** Whether the loss is multiplied by the input `lossScale`. */
  readonly scaled: boolean
}

/** Name of the graph input that holds the factor on the loss. */
export const lossScaleInput = 'lossScale'

/**
 * (weights, pixels, targets; earlier gradients; masks) → loss, logits, squared gradient norm, gradient of each
 * trainable parameter, next value of each buffer.
 */
export function gradientGraph(classifier: Classifier, variant: GradientVariant): GradientGraph {
  const { batchSize, trainable, adds, ...options } = variant
  const scaled = options.target?.precision === 'fp16'
  const shapes = new Map(classifier.parameters.map(({ name, shape }) => [name, shape]))
  const inputs = [
    ...weightInputs(classifier),
    float32('pixels', imageShape(classifier, batchSize)),
    float32('targets', [batchSize, classifier.labels.length]),
    ...(scaled ? [float32(lossScaleInput, [])] : []),
    ...(adds ? trainable.map((name) => float32(earlierGradientOf(name), shapes.get(name) ?? [])) : []),
  ]
  const masks: Mask[] = []
  const movedBuffers: string[] = []
  // Filled while the function is traced, since only its run says which buffers it moves; read after.
  const inPlace: Record<string, string> = {}
  const compiled = compile(
    inputs,
    (t, declare) => {
      const step = gradientStep({
        classifier,
        tensors: t,
        trainable,
        pixels: t.pixels as tf.Tensor4D,
        targets: t.targets as tf.Tensor2D,
        lossScale: t[lossScaleInput],
        mask: (mask) => declare(float32(maskInput(masks.push(mask) - 1), mask.shape)),
        ...(adds ? { earlier: (name: string) => t[earlierGradientOf(name)] as tf.Tensor } : {}),
      })
      const outputs: Record<string, tf.Tensor> = {
        loss: step.loss,
        logits: step.logits,
        squaredGradNorm: step.squaredGradNorm,
      }
      for (const [name, tensor] of Object.entries(step.gradients)) {
        outputs[gradientOf(name)] = tensor
        if (adds) inPlace[gradientOf(name)] = earlierGradientOf(name)
      }
      for (const [name, tensor] of Object.entries(step.buffers)) {
        outputs[nextBuffer(name)] = tensor
        inPlace[nextBuffer(name)] = name
        movedBuffers.push(name)
      }
      return outputs
    },
    { ...options, inPlace },
  )
  return { ...compiled, masks, movedBuffers, scaled }
}
