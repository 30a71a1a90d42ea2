import type * as tf from '@tensorflow/tfjs'

/** One tensor of a model's weights under its Hugging Face name. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  /** false for what AdamW does not decay (biases, LayerNorm), as in Hugging Face's Trainer. */
  readonly decay: boolean
}

/** Host values of named float32 tensors, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>

/** An image classifier as a pure tfjs function of its parameters. */
export interface Classifier {
  readonly family: string
  /** Pixels; the model takes `[n, height, width, channels]`. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  /** Class names in label order; logits are `[n, labels.length]`. */
  readonly labels: readonly string[]
  readonly parameters: readonly Parameter[]
  /** Logits `[n, labels]` from normalised pixels `[n, h, w, c]`. */
  forward(parameters: Readonly<Record<string, tf.Tensor>>, pixels: tf.Tensor4D): tf.Tensor2D
}

/** `size` examples: pixels float32 `[size, h, w, c]`, one label index each. */
export interface Batch {
  readonly size: number
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

export interface AdamWOptions {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

export interface TrainerSpec {
  readonly classifier: Classifier
  readonly weights: Weights
  readonly optimizer: AdamWOptions
  /** Gradients are scaled so that their global L2 norm is at most this; 0 turns clipping off. */
  readonly maxGradNorm: number
}

/** Adam's moments by parameter name, and the number of updates made. */
export interface OptimizerState {
  readonly step: number
  readonly m: Weights
  readonly v: Weights
}

/** Computes logits `[size, labels]`, row-major, with the weights it holds. */
export interface Predictor {
  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array>
  dispose(): Promise<void>
}

/** A model under training: weights and moments stay where the engine keeps them. */
export interface Trainer extends Predictor {
  /** One optimiser step. `loss` is the batch mean of cross-entropy in nats; `gradNorm` the L2 norm before clipping. */
  step(batch: Batch, learningRate: number): Promise<{ readonly loss: number; readonly gradNorm: number }>
  /** Copies of the present weights. */
  weights(): Weights
  optimizerState(): OptimizerState
  /** Replaces weights and moments, to resume. */
  restore(weights: Weights, state: OptimizerState): void
}

/** Where models are computed. `facts` (engine, version, device) are part of the key of every stage that needs it. */
export interface Engine {
  readonly facts: Readonly<Record<string, string>>
  trainer(spec: TrainerSpec): Promise<Trainer>
  predictor(classifier: Classifier, weights: Weights): Promise<Predictor>
  dispose(): Promise<void>
}
