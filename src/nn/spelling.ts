/** A pattern in a name and what stands there on disk. */
export type Rename = readonly [RegExp, string]

/** Attention's projections: in memory since transformers 5 → on disk. */
export const attentionRenames: readonly Rename[] = [
  [/\.attention\.q_proj\./, '.attention.attention.query.'],
  [/\.attention\.k_proj\./, '.attention.attention.key.'],
  [/\.attention\.v_proj\./, '.attention.attention.value.'],
  [/\.attention\.o_proj\./, '.attention.output.dense.'],
]

/** The blocks of ViT, DeiT and BEiT: in memory since transformers 5 → on disk. */
export const blockRenames: readonly Rename[] = [
  [/^layers\./, 'encoder.layer.'],
  ...attentionRenames,
  [/\.mlp\.fc1\./, '.intermediate.dense.'],
  [/\.mlp\.fc2\./, '.output.dense.'],
]

export interface Spelling {
  /** Where the backbone lies in the classifier, with its dot: `vit.`. A bare checkpoint has none. */
  readonly backbone: string
  readonly head: RegExp
  readonly renames: readonly Rename[]
  /** Of the bare name: what the classifier does not use. */
  readonly unused: RegExp
}

/** A tensor's name on disk from any spelling, or undefined for what the classifier does not use. */
export const nameOnDisk =
  ({ backbone, head, renames, unused }: Spelling) =>
  (spelled: string): string | undefined => {
    if (head.test(spelled)) return spelled
    const bare = spelled.startsWith(backbone) ? spelled.slice(backbone.length) : spelled
    if (unused.test(bare)) return undefined
    return backbone + renames.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), bare)
  }
