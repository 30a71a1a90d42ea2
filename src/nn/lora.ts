import * as tf from '@tensorflow/tfjs'
import { loraTargetUnmatched } from '../errors/lora.ts'
import type { Classifier, Parameter, Tensors, Weights } from '../registry/engine.ts'
import { Mt19937 } from '../std/mt19937.ts'

/** Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685): a linear layer's weight becomes W + alpha / rank · B · A. */
export interface LoraOptions {
  readonly rank: number
  readonly alpha: number
  /** Names of linear layers, whole or the last parts of it (`query`), as peft's `target_modules`. */
  readonly targets: readonly string[]
}

const weightOf = (layer: string) => `${layer}.weight`
/** Name of a layer's factor A `[rank, in]`, as peft's. */
export const loraAOf = (layer: string) => `${layer}.lora_A.weight`
/** Name of a layer's factor B `[out, rank]`. */
export const loraBOf = (layer: string) => `${layer}.lora_B.weight`

interface Adapted extends Pick<Parameter, 'layer' | 'head'> {
  readonly name: string
  readonly outputs: number
  readonly inputs: number
}

/** The linear layers that the targets name, in the order of the parameters. */
function adaptedLayers({ parameters }: Classifier, targets: readonly string[]): readonly Adapted[] {
  const linear = parameters
    .filter(({ name, shape }) => name.endsWith('.weight') && shape.length === 2)
    .map(({ name, shape: [outputs = 0, inputs = 0], layer, head }) => {
      return { name: name.slice(0, -'.weight'.length), outputs, inputs, layer, head }
    })
  const fits = (layer: string, target: string) => layer === target || layer.endsWith(`.${target}`)
  const lastParts = new Set(linear.map(({ name }) => name.slice(name.lastIndexOf('.') + 1)))
  for (const target of targets)
    if (!linear.some(({ name }) => fits(name, target))) throw loraTargetUnmatched(target, [...lastParts])
  return linear.filter(({ name }) => targets.some((target) => fits(name, target)))
}

/**
 * The classifier with two more parameters per target layer. It computes with the sum W + alpha / rank · B · A, so the
 * model's own code knows nothing of it. Forward that is cheaper than peft's path beside the layer; backward it costs the
 * gradient of the whole W, of which A's and B's are made.
 * @throws XpError when a target names no linear layer
 */
export function withLora(classifier: Classifier, { rank, alpha, targets }: LoraOptions): Classifier {
  const layers = adaptedLayers(classifier, targets)
  const adapt = (tensors: Tensors): Tensors => ({
    ...tensors,
    ...Object.fromEntries(
      layers.map(({ name }) => {
        const [w, a, b] = [weightOf(name), loraAOf(name), loraBOf(name)].map((key) => tensors[key] as tf.Tensor2D)
        const change = tf.matMul(tf.mul(b as tf.Tensor2D, alpha / rank), a as tf.Tensor2D)
        return [weightOf(name), tf.add(w as tf.Tensor2D, change)]
      }),
    ),
  })
  return {
    ...classifier,
    parameters: [
      ...classifier.parameters,
      ...layers.flatMap(({ name, outputs, inputs, layer, head }) => [
        { name: loraAOf(name), shape: [rank, inputs], decay: true, layer, head },
        { name: loraBOf(name), shape: [outputs, rank], decay: true, layer, head },
      ]),
    ],
    features: (tensors, pixels, mode) => classifier.features(adapt(tensors), pixels, mode),
    head: (tensors, features, mode) => classifier.head(adapt(tensors), features, mode),
  }
}

/** First values of the factors, as peft's: A uniform within ±1 / √in (kaiming with a = √5), B zero. */
export function initialLora(classifier: Classifier, { rank, targets }: LoraOptions, seed: number): Weights {
  const generator = new Mt19937(seed)
  return new Map(
    adaptedLayers(classifier, targets).flatMap(({ name, outputs, inputs }) => {
      const bound = inputs ** -0.5
      const a = Float32Array.from({ length: rank * inputs }, () => generator.uniform(-bound, bound))
      return [[loraAOf(name), a] as const, [loraBOf(name), new Float32Array(outputs * rank)] as const]
    }),
  )
}

/** The weights of the classifier without LoRA that computes the same: factors are multiplied into their layers. */
export function mergeLora(weights: Weights, { rank, alpha }: Pick<LoraOptions, 'rank' | 'alpha'>): Weights {
  const merged = new Map(weights)
  for (const [key, a] of weights) {
    if (!key.endsWith('.lora_A.weight')) continue
    const layer = key.slice(0, -'.lora_A.weight'.length)
    const b = weights.get(loraBOf(layer)) as Float32Array
    merged.set(weightOf(layer), mergedWeight(weights.get(weightOf(layer)) as Float32Array, a, b, rank, alpha / rank))
    merged.delete(key)
    merged.delete(loraBOf(layer))
  }
  return merged
}

function mergedWeight(w: Float32Array, a: Float32Array, b: Float32Array, rank: number, scale: number): Float32Array {
  const inputs = a.length / rank
  return w.map((value, i) => {
    const [row, column] = [Math.floor(i / inputs), i % inputs]
    let product = 0
    for (let r = 0; r < rank; r++) product += (b[row * rank + r] as number) * (a[r * inputs + column] as number)
    return value + scale * product
  })
}
