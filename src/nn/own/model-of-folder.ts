import { join } from 'node:path'
import { type LayersFolder, layersModelFile } from '../../artifacts/layers-folder.ts'
import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import { badLayersModel, fixedImageSize } from '../../errors/models.ts'
import type { Classifier, Weights } from '../../registry/engine.ts'
import type { ImageSize } from '../layout.ts'
import { inputSizeOf, layersClassifier, layersInitialValues } from './layers-classifier.ts'
import { withNewHead } from './new-head.ts'
import { layersModelType } from './own-config.ts'
import { savedLayers } from './saved-layers.ts'
import { ignoredSettings, type Serialized, seeded, withLogits } from './topology.ts'

/** A saved model of tf.layers, for these labels. */
export interface SavedModel {
  readonly classifier: Classifier
  /** What `config.json` keeps, to make the classifier again. */
  readonly fields: HuggingFaceConfig
  readonly image: ImageSize
  /** What it says that training here does not apply. */
  readonly warning: string | undefined
  /** The saved weights; a new head as its initializers draw it from the seed. */
  weights(seed: number): Weights
}

/**
 * @param labels undefined before the dataset is known
 * @param dir names the folder in errors
 * @param side of square images, for a model that takes any size
 * @throws XP_BAD_SAVED_MODEL, XP_BAD_LAYERS_MODEL, XP_FIXED_IMAGE_SIZE
 */
export async function modelOfFolder(
  folder: LayersFolder,
  labels: readonly string[] | undefined,
  {
    dir,
    head,
    featureLayer,
    side,
  }: {
    readonly dir: string
    readonly head: 'keep' | 'new'
    readonly featureLayer?: string
    readonly side?: number
  },
): Promise<SavedModel> {
  const where = join(dir, layersModelFile)
  const { topology: saved, weights } = await savedLayers(folder, where)
  if (head === 'keep' && featureLayer !== undefined)
    throw badLayersModel(where, 'featureLayer says where a new head belongs, and its head is kept', 'set head: new')
  const topology =
    head === 'new' ? withNewHead(saved, featureLayer, labels?.length ?? 1, where) : withLogits(saved, where)
  const image = imageOf(topology, side, where)
  const classifier = layersClassifier(topology, labels, image, where)
  return {
    classifier,
    fields: { model_type: layersModelType, topology },
    image,
    warning: ignoredSettings(topology, where),
    weights(seed) {
      if (head === 'keep') return weights
      const ofHead = new Set(classifier.parameters.filter((parameter) => parameter.head).map(({ name }) => name))
      const drawn = layersInitialValues(seeded(topology, seed))
      const used = new Set([...classifier.parameters, ...classifier.buffers].map(({ name }) => name))
      const kept = [...weights].filter(([name]) => used.has(name))
      return new Map([...kept, ...[...drawn].filter(([name]) => ofHead.has(name))])
    },
  }
}

function imageOf(topology: Serialized, side: number | undefined, where: string): ImageSize {
  const made = inputSizeOf(topology)
  const { height = side, width = side } = made
  if (height === undefined || width === undefined)
    throw badLayersModel(where, 'it takes images of any size', 'say the size that it is to be trained at: imageSize')
  if (side !== undefined && (height !== side || width !== side))
    throw fixedImageSize(where, `${width} × ${height}`, `${side} × ${side}`)
  return { height, width }
}
