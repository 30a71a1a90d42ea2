import type { PreprocessorConfig } from '../artifacts/model.ts'
import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import type { Buffer, Classifier, Parameter, Weights } from '../registry/engine.ts'
import { elementCount } from '../std/shape.ts'

/** Pixels. */
export interface ImageSize {
  readonly height: number
  readonly width: number
}

/** A model's parameters, names and initial values, told from its `config.json`; no tfjs needed. */
export interface ModelLayout {
  /** The size that the checkpoint was made for. */
  readonly image: ImageSize
  /** The class that Hugging Face loads the saved folder with. */
  readonly architecture: string
  /** Preprocessing of a checkpoint that does not say its own. */
  readonly preprocessor: PreprocessorConfig
  parameters(labels: number): readonly Parameter[]
  readonly buffers: readonly Buffer[]
  /**
   * What becomes of images of another size than `image`, where that is worth a warning.
   * @throws XpError when the model cannot take them
   */
  resizing?(image: ImageSize): string | undefined
  /** The number that `from_pretrained` fills a tensor with that the checkpoint may lack, by name. */
  readonly absent?: ReadonlyMap<string, number>
  /** A checkpoint tensor's name among `parameters` and `buffers`, or undefined when the classifier does not use it. */
  parameterName(spelled: string): string | undefined
  /** Parameters and buffers of a model made from its config after `set_seed(seed)`. */
  initialWeights(labels: number, seed: number): Weights
  /** The head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
  initialHead(labels: number, seed: number): Weights
}

/** What `src/nn/families.ts` lists. */
export interface Family {
  /** Hugging Face's `model_type`. */
  readonly modelType: string
  /**
   * @param where names the file in errors
   * @throws XpError on a field that is wrong
   */
  layout(config: HuggingFaceConfig, where: string): ModelLayout
}

/**
 * A family's tfjs function.
 * @param labels class names in label order
 * @param where names the file in errors
 * @param image size of the images, where it is not the config's
 * @throws XpError on a field that is wrong, or an image size that the model cannot take
 */
export type ClassifierOf = (
  config: HuggingFaceConfig,
  labels: readonly string[],
  where: string,
  image?: ImageSize,
) => Classifier

/** How many numbers a model of this layout learns. */
export const parameterCount = (layout: ModelLayout, labels: number): number =>
  layout.parameters(labels).reduce((sum, { shape }) => sum + elementCount(shape), 0)
