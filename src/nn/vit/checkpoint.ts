/** Spelling in memory since transformers 5 → spelling on disk. The first that fits is taken. */
const renames: readonly (readonly [RegExp, string])[] = [
  [/^layers\./, 'encoder.layer.'],
  [/\.attention\.q_proj\./, '.attention.attention.query.'],
  [/\.attention\.k_proj\./, '.attention.attention.key.'],
  [/\.attention\.v_proj\./, '.attention.attention.value.'],
  [/\.attention\.o_proj\./, '.attention.output.dense.'],
  [/\.mlp\.fc1\./, '.intermediate.dense.'],
  [/\.mlp\.fc2\./, '.output.dense.'],
]

/**
 * A ViT tensor's name on disk in `ViTForImageClassification`, from any spelling: bare `ViTModel`, old or new names.
 * Undefined for what the classifier does not use: the pooler and the mask token.
 */
export function vitParameterName(spelled: string): string | undefined {
  if (spelled.startsWith('classifier.')) return spelled
  const bare = spelled.replace(/^vit\./, '')
  if (bare.startsWith('pooler.') || bare === 'embeddings.mask_token') return undefined
  return `vit.${renames.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), bare)}`
}
