/** Where the starter's images come from: drawn by the experiment itself, or a folder of labelled images. */
export type StarterData =
  | { readonly draw: true }
  | {
      readonly root: string
      /** Parts that the folder is divided into already. */
      readonly parts?: readonly string[]
    }

/** A legal experiment name from that of a file. */
export const nameFrom = (stem: string): string =>
  stem
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100) || 'experiment'

/** Whether YAML reads the name as a text without quotes. */
const isPlain = (name: string) => /^(?!(true|false|null)$)[a-z]/i.test(name)

const wholeSplit = `
  # Each class in proportion; an image stays in its part when others are added.
  split: { uses: split/stratified, from: load, with: { train: 0.7, validation: 0.15, test: 0.15 } }
`
const validationSplit = `
  # The folders are parts already; validation images come out of the training images, each class in proportion.
  split: { uses: split/stratified, from: load, with: { of: train, train: 0.85, validation: 0.15 } }
`

/** The stage that splits, where one is needed, and the part to score. */
function splitOf(parts: readonly string[]): { readonly split: string; readonly scored: string } {
  if (!parts.includes('train') || parts.length < 2) return { split: wholeSplit, scored: 'test' }
  const scored = parts.includes('test') ? 'test' : 'validation'
  return { split: parts.includes('validation') ? '' : validationSplit, scored }
}

/** Text of a commented experiment to start from. `name` must be a legal experiment name; `root` is relative to the file. */
export function starterExperiment(name: string, data: StarterData): string {
  const written = isPlain(name) ? name : JSON.stringify(name)
  const { split, scored } = splitOf('root' in data ? (data.parts ?? []) : [])
  const dataset = split === '' ? 'load' : 'split'
  const [load, imageSize, patchSize] =
    'root' in data
      ? [`load: { uses: load/imagefolder, with: { root: ${JSON.stringify(data.root)} } }`, 64, 8]
      : ['load: { uses: load/sample, with: { perClass: 200, size: 32 } }', 32, 4]
  const loadComment =
    'root' in data
      ? `One folder per class, the class named as the folder${split === wholeSplit ? '' : ', in folders that are parts'}. Only what changed is read again.`
      : 'Draws its own images. For yours: { uses: load/imagefolder, with: { root: ../data/shoes } }, one folder per class.'
  return `# An xp experiment: \`xp run\` this file. \`xp stages list\` names every stage, \`xp stages show NAME\` its params.
name: ${written}
# The only source of randomness: the split, the first weights, the order of batches.
seed: 42

stages:
  # ${loadComment}
  ${load}
${split}
  # A vision transformer from scratch. To fine-tune one: { uses: model/pretrained, with: { weights: <a Hugging Face folder> } }
  model:
    uses: model/vit
    from: { dataset: ${dataset} }
    with: { imageSize: ${imageSize}, patchSize: ${patchSize}, hiddenSize: 96, layers: 4, heads: 3 }

  # Resizes and normalises as the model's preprocessor_config.json says; flips training images at random.
  transform:
    uses: transform/image-processor
    from: { dataset: ${dataset}, model: model }
    with: { augment: { horizontalFlip: 0.5 } }

  # Scores before training, to see what training brought.
  before: { uses: evaluate/classification, from: { model: model, data: transform }, with: { part: ${scored} } }

  # Evaluated and saved each epoch; answers the epoch with the lowest validation loss.
  train:
    uses: train/supervised
    from: { model: model, data: transform }
    with: { epochs: 12, batchSize: 32, learningRate: 1.0e-3, weightDecay: 0.01, warmupRatio: 0.1 }

  evaluate: { uses: evaluate/classification, from: { model: train, data: transform }, with: { part: ${scored} } }

  # One HTML file: samples, curves, confusion matrices, predictions.
  report: { uses: report/html, from: { runs: [before, evaluate], training: train, data: transform } }

# Metrics and the report also go to MLflow when this variable names a server.
track:
  mlflow: { uri: "\${env:MLFLOW_TRACKING_URI}", experiment: ${written} }
`
}
