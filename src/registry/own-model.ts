import type * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from './engine.ts'

/** What a tensor holds before training: one number, or numbers drawn from the experiment's seed. */
export type InitialValues =
  | { readonly fill: number }
  /** Standard deviation, around 0. */
  | { readonly normal: number }
  /** Within ± this. */
  | { readonly uniform: number }

export type OwnParameter = InitialValues & {
  readonly shape: readonly number[]
  /** Whether weight decay applies; by default as Hugging Face's Trainer: not to what is named a bias or a norm. */
  readonly decay?: boolean
  /** Depth, for a learning rate by layer: 0 for the stem (the default), 1 … n for blocks in order. */
  readonly layer?: number
}

/** State that training moves without a gradient, through `mode.setBuffer`. */
export interface OwnBuffer {
  readonly shape: readonly number[]
  readonly fill: number
}

/** One half of a model: parameters by name, and a tfjs function of them. */
export interface OwnPart<Input extends tf.Tensor> {
  readonly parameters: Readonly<Record<string, OwnParameter>>
  /** `mode` is there in training only: dropout, stochastic depth, `setBuffer`. */
  forward(tensors: Tensors, x: Input, mode?: TrainingMode): tf.Tensor2D
}

/** An image classifier of one's own, as two tfjs functions. */
export interface OwnModel {
  /** `[n, d]` from normalised pixels `[n, height, width, 3]`. */
  readonly features: OwnPart<tf.Tensor4D> & { readonly buffers?: Readonly<Record<string, OwnBuffer>> }
  /** Logits `[n, labels]` from features. It has no buffers: it is trained on features that were made once, too. */
  readonly head: OwnPart<tf.Tensor2D>
}

/** What a model may depend on. */
export interface ModelFacts {
  /** Class names of the dataset, in label order; stand-ins while the file is checked before the dataset is known. */
  readonly labels: readonly string[]
  /** Pixels. */
  readonly image: { readonly height: number; readonly width: number }
  readonly tf: typeof tf
}

/** Makes a model: tfjs functions of their parameters, or a model of tf.layers. */
export type ModelFactory = (facts: ModelFacts) => OwnModel | tf.LayersModel

/** What a file for `model/function` exports as its default. */
export const defineModel = (factory: ModelFactory): ModelFactory => factory
