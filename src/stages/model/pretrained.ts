import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { absentCheckpointHint } from '../../artifacts/checkpoint-folder.ts'
import { Dataset } from '../../artifacts/dataset.ts'
import { Model, modelFiles, writeModelFolder } from '../../artifacts/model.ts'
import { type HuggingFaceConfig, labelFields, labelsOf } from '../../artifacts/model-config.ts'
import { nonFiniteWeights } from '../../errors/weights.ts'
import { parameterCount } from '../../nn/layout.ts'
import { openPretrained } from '../../nn/open-pretrained.ts'
import {
  fitCheckpoint,
  headChoices,
  headInits,
  headLabels,
  headNames,
  headRows,
  newHead,
  nonFinite,
  takeRows,
} from '../../nn/pretrained.ts'
import { TreePath } from '../../registry/params.ts'
import { defineStage, locationOf } from '../../registry/stage.ts'
import type { TensorPlace } from '../../std/safetensors.ts'
import { TensorsOnDisk } from '../../std/tensors-on-disk.ts'

/** The checkpoint's config for the saved classifier: other labels, float32, nothing of where it came from. */
function configFor(checkpoint: HuggingFaceConfig, architecture: string, classes: readonly string[]) {
  const { _name_or_path, dtype, num_labels, ...kept } = checkpoint
  return {
    ...kept,
    architectures: [architecture],
    problem_type: 'single_label_classification',
    torch_dtype: 'float32',
    ...labelFields(classes),
  } as HuggingFaceConfig
}

const architectureOf = ({ architectures, model_type }: HuggingFaceConfig): string =>
  Array.isArray(architectures) && typeof architectures[0] === 'string' ? architectures[0] : model_type

export default defineStage({
  uses: 'model/pretrained',
  version: 1,
  summary: "A Hugging Face checkpoint from a local folder, with the dataset's labels.",
  params: Type.Object(
    {
      weights: TreePath({
        description:
          'Hugging Face folder: config.json, model.safetensors (or its shards and their index), preprocessor_config.json; or such a file with its config.json beside it; or a model on the hub: owner/name, with @revision where wanted. Checkpoints of timm are read too.',
        sources: ['folder', 'safetensors', 'hubModel'],
      }),
      head: Type.Enum([...headChoices], {
        default: 'auto',
        description:
          "Classification head: keep the checkpoint's, or a new one; auto keeps a head of the right size and makes one where there is none.",
      }),
      headInit: Type.Enum([...headInits], {
        default: 'huggingface',
        description:
          "A new head's first values: drawn from the seed as transformers does, or zero, as the ViT paper's fine-tuning.",
      }),
    },
    { additionalProperties: false },
  ),
  inputs: { dataset: Dataset },
  outputs: { model: Model },
  metrics: {},
  needs: ['seed'],
  async check({ params: { weights, head }, sources, foreseen }) {
    const { file, layout, tensors } = await openPretrained(locationOf(weights, sources.weights), weights)
    const { classes } = foreseen.dataset ?? {}
    fitCheckpoint(layout, tensors, classes?.length ?? headLabels(layout, tensors) ?? 1, head, file)
    return classes && { model: { classes, parameters: parameterCount(layout, classes.length) } }
  },
  absent: absentCheckpointHint,
  async run(ctx) {
    const { weights, head: choice, headInit } = ctx.params
    const folder = locationOf(weights, ctx.sources.weights)
    const { classes } = ctx.inputs.dataset
    const { config, preprocessor, file, layout, tensors } = await openPretrained(folder, weights)
    const configFile = join(folder, modelFiles.config)
    const { found, filled, unexpected, head } = fitCheckpoint(layout, tensors, classes.length, choice, file)
    if (unexpected.length > 0) ctx.warn(`${file}: these tensors are not used: ${unexpected.join(', ')}`)
    const places = new Map<string, TensorPlace | Float32Array>([...filled, ...found])
    const diverged = nonFinite(new TensorsOnDisk(places))
    if (diverged.length > 0) throw nonFiniteWeights(file, diverged)
    if (head === 'new') {
      for (const [name, data] of newHead(layout, classes.length, headInit, ctx.seed)) places.set(name, data)
    } else {
      const labels = labelsOf(config, configFile)
      const rows = headRows(labels, classes)
      const kept = new TensorsOnDisk(places)
      for (const name of headNames(layout)) places.set(name, takeRows(kept.get(name) as Float32Array, rows))
      if (rows.some((row, i) => labels[row] !== classes[i]))
        ctx.warn(
          `the checkpoint's labels (${labels.join(', ')}) are not the dataset's classes (${classes.join(', ')}): its head is kept, label by label in this order`,
        )
    }
    if (preprocessor === undefined)
      ctx.warn(
        `${folder} has no ${modelFiles.preprocessor}: images are prepared as ${config.model_type} does by default`,
      )
    const dir = join(ctx.scratch, 'model')
    await rm(dir, { recursive: true, force: true })
    await writeModelFolder(dir, {
      config: configFor(config, layout.architecture, classes),
      parameters: layout.parameters(classes.length),
      buffers: layout.buffers,
      weights: new TensorsOnDisk(places),
      preprocessor: preprocessor ?? layout.preprocessor,
      provenance: { trainedSteps: 0, trainedEpochs: 0, initialisedFrom: architectureOf(config) },
    })
    return { model: { dir } }
  },
})
