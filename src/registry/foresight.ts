/** What is known of an artifact before it is made; what is absent is not known yet. */
export interface Foreseen {
  /** Class names in label order: of a dataset, or of a model's head. */
  readonly classes?: readonly string[]
  /** Names of a dataset's parts. */
  readonly parts?: readonly string[]
  /** How many numbers a model learns. */
  readonly parameters?: number
}

/** By output port. */
export type Foresight = Readonly<Record<string, Foreseen>>
