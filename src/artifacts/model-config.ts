import { badModelConfig } from '../errors/weights.ts'

/** The content of a Hugging Face `config.json`. */
export interface HuggingFaceConfig {
  readonly model_type: string
  readonly [field: string]: unknown
}

/** The label fields of a `config.json` for these classes, in label order. */
export const labelFields = (labels: readonly string[]) => ({
  id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
  label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
})

/**
 * Class names in label order. Without `id2label` they are `LABEL_0`, … up to `num_labels`, 2 by default, as in
 * transformers, which leaves the table out where it says no more than that.
 * @param where names the file in errors
 * @throws XpError when `id2label` is not a table of names for 0…n−1
 */
export function labelsOf(config: HuggingFaceConfig, where = 'config.json'): readonly string[] {
  const table = config.id2label
  if (table === undefined || table === null) {
    const count = config.num_labels ?? 2
    if (!Number.isSafeInteger(count) || (count as number) < 1)
      throw badModelConfig(where, 'num_labels', count, 'a whole number from 1')
    return Array.from({ length: count as number }, (_, i) => `LABEL_${i}`)
  }
  const names = typeof table === 'object' ? Object.keys(table).map((_, i) => Reflect.get(table, String(i))) : []
  if (names.length === 0 || !names.every((name) => typeof name === 'string'))
    throw badModelConfig(where, 'id2label', table, 'a table from "0", "1", … to label names')
  return names as string[]
}
