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
 * Class names in label order.
 * @param where names the file in errors
 * @throws XpError when `id2label` is not a table of names for 0…n−1
 */
export function labelsOf(config: HuggingFaceConfig, where = 'config.json'): readonly string[] {
  const table = config.id2label
  const labels = typeof table === 'object' && table !== null ? Object.entries(table) : []
  const byIndex = labels.map((_, i) => (table as Record<string, unknown>)[String(i)])
  if (labels.length === 0 || !byIndex.every((label) => typeof label === 'string'))
    throw badModelConfig(where, 'id2label', table, 'a table from "0", "1", … to label names')
  return byIndex as string[]
}
