import type * as tf from '@tensorflow/tfjs'

/** One tensor of a model's weights under its Hugging Face name. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  /** false for what AdamW does not decay (biases, LayerNorm), as in Hugging Face's Trainer. */
  readonly decay: boolean
  /** Depth: 0 for the embeddings or the stem, 1 … n for the blocks in order, n + 1 for what follows them. */
  readonly layer: number
  /** Belongs to the classification head. */
  readonly head: boolean
}

/** State that training moves without a gradient, such as BatchNorm's running statistics, under its Hugging Face name. */
export interface Buffer {
  readonly name: string
  readonly shape: readonly number[]
  /** On disk; in memory every buffer is float32. */
  readonly dtype: 'float32' | 'int64'
}

/** Host values of named float32 tensors, row-major. */
export type Weights = ReadonlyMap<string, Float32Array>

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>

/** What a model may do in training only. The engine supplies the random numbers, so that a resumed run sees the same. */
export interface TrainingMode {
  /** Zeroes elements with probability `rate` and scales the rest by 1 / (1 − rate); Srivastava et al. 2014. */
  dropout(x: tf.Tensor, rate: number): tf.Tensor
  /** Zeroes whole examples (axis 0) likewise: stochastic depth, Huang et al. 2016, arXiv 1603.09382. */
  dropPath(x: tf.Tensor, rate: number): tf.Tensor
  /** What a buffer holds after this batch. */
  setBuffer(name: string, value: tf.Tensor): void
}

/** An image classifier as pure tfjs functions of its tensors: parameters and buffers by name. */
export interface Classifier {
  readonly family: string
  /** Pixels; the model takes `[n, height, width, channels]`. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  /** Class names in label order; logits are `[n, labels.length]`. */
  readonly labels: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly buffers: readonly Buffer[]
  /** All before the head: `[n, d]` from normalised pixels `[n, h, w, c]`. */
  features(tensors: Tensors, pixels: tf.Tensor4D, mode?: TrainingMode): tf.Tensor2D
  /** Logits `[n, labels]` from features. */
  head(tensors: Tensors, features: tf.Tensor2D, mode?: TrainingMode): tf.Tensor2D
}

/** `size` examples: pixels float32 `[size, h, w, c]`, one label index each. */
export interface Batch {
  readonly size: number
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

/**
 * `size` examples whose loss is −Σ targets · log softmax(logits), targets float32 `[size, labels]`. A row carries its
 * share of the mean, so label smoothing, class weights, mixup and accumulation are all a matter of targets.
 */
export interface MicroBatch {
  readonly size: number
  readonly pixels: Float32Array
  readonly targets: Float32Array
}

export interface AdamOptions {
  /** `adam` adds the decay to the gradient (L2), `adamw` takes it off the weights. */
  readonly name: 'adam' | 'adamw'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

/** As `torch.optim.SGD` without dampening. */
export interface SgdOptions {
  readonly name: 'sgd'
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

export type OptimizerSpec = AdamOptions | SgdOptions

/** A parameter that is trained; `decay` says whether weight decay applies to it here. */
export interface TrainableParameter {
  readonly name: string
  readonly decay: boolean
  readonly learningRateFactor: number
}

export interface TrainerSpec {
  readonly classifier: Classifier
  /** Parameters and buffers. */
  readonly weights: Weights
  readonly optimizer: OptimizerSpec
  /** The others are frozen and cost no gradient. */
  readonly trainable: readonly TrainableParameter[]
  /** Gradients are scaled so that their global L2 norm is at most this; 0 turns clipping off. */
  readonly maxGradNorm: number
  /** Keeps an exponential moving average of the weights: average ← decay · average + (1 − decay) · weights. */
  readonly emaDecay?: number
  /** Of the masks of dropout and stochastic depth. */
  readonly seed: number
  /** `low` computes activations again in the backward pass: less memory, more time, the same numbers. */
  readonly memory?: 'normal' | 'low'
}

/** The optimiser's vectors by slot (`m`, `v`; `momentum`; `ema`) and parameter name, and the number of updates made. */
export interface OptimizerState {
  readonly step: number
  readonly slots: Readonly<Record<string, Weights>>
  /** In fp16: the factor on the loss, and the steps since it last changed. */
  readonly lossScale?: { readonly scale: number; readonly goodSteps: number }
}

/** Computes logits `[size, labels]`, row-major, with the weights it holds. */
export interface Predictor {
  logits(batch: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array>
  dispose(): Promise<void>
}

export interface StepResult {
  /** Sum over the micro-batches, in nats. */
  readonly loss: number
  /** L2 norm of the whole gradient before clipping. */
  readonly gradNorm: number
  /** Half precision overflowed: nothing was updated. */
  readonly skipped: boolean
}

/** A model under training: its tensors stay where the engine keeps them. `logits` uses the averaged weights. */
export interface Trainer extends Predictor {
  /** One optimiser step over the gradients of all `batches` together. */
  step(batches: readonly MicroBatch[], learningRate: number): Promise<StepResult>
  /** Copies of the present parameters and buffers. */
  weights(): Weights
  /** The moving average where one is kept, else the same as `weights`. */
  averagedWeights(): Weights
  optimizerState(): OptimizerState
  /** Replaces weights, buffers and the optimiser's state, to resume. */
  restore(weights: Weights, state: OptimizerState): void
}

/** Where models are computed. `facts` (engine, version, device) are part of the key of every stage that needs it. */
export interface Engine {
  readonly facts: Readonly<Record<string, string>>
  trainer(spec: TrainerSpec): Promise<Trainer>
  predictor(classifier: Classifier, weights: Weights): Promise<Predictor>
  dispose(): Promise<void>
}
