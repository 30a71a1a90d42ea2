/** Spelling in memory since transformers 5 → spelling on disk. */
const renames: readonly (readonly [RegExp, string])[] = [
  [/\.attention\.q_proj\./, '.attention.self.query.'],
  [/\.attention\.k_proj\./, '.attention.self.key.'],
  [/\.attention\.v_proj\./, '.attention.self.value.'],
  [/\.attention\.o_proj\./, '.attention.output.dense.'],
  [/\.attention\.relative_position_bias\./, '.attention.self.'],
  [/\.mlp\.fc1\./, '.intermediate.dense.'],
  [/\.mlp\.fc2\./, '.output.dense.'],
]

/**
 * A Swin tensor's name on disk in `SwinForImageClassification`, from any spelling: bare `SwinModel`, old or new names.
 * Undefined for what the classifier does not use: the mask token, and the index of relative positions that old files
 * hold and that follows from the window.
 */
export function swinParameterName(spelled: string): string | undefined {
  if (spelled.startsWith('classifier.')) return spelled
  const bare = spelled.replace(/^swin\./, '')
  if (bare === 'embeddings.mask_token' || bare.endsWith('.relative_position_index')) return undefined
  return `swin.${renames.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), bare)}`
}
