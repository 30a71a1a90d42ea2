/** Names of the folders that Hugging Face's imagefolder takes for parts (datasets, `data_files.py`). */
const partOf: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
}

/** The part that a name stands for: `val` for `validation`; undefined for any other. */
export const partNameOf = (folder: string): string | undefined =>
  Object.hasOwn(partOf, folder.toLowerCase()) ? partOf[folder.toLowerCase()] : undefined
