import { basename } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import type { HuggingFaceConfig } from '../../artifacts/model-config.ts'
import type { Classifier, Weights } from '../../registry/engine.ts'
import type { ImageSize } from '../layout.ts'
import { functionClassifier } from './function-classifier.ts'
import { layersClassifier, layersInitialValues } from './layers-classifier.ts'
import { factoryOf, guarded, type ModelSource } from './model-source.ts'
import { functionModelType, layersModelType } from './own-config.ts'
import { checkedModel, ownInitialValues } from './own-parts.ts'
import { ignoredSettings, renumbered, seeded, topologyOf, withLogits } from './topology.ts'

/** What a model file makes. */
export interface FileModel {
  readonly classifier: Classifier
  /** What `config.json` keeps, to make the classifier again. */
  readonly fields: HuggingFaceConfig
  /** What a model of tf.layers says that training here does not apply. */
  readonly warning: string | undefined
  initialValues(seed: number): Weights
}

const standIns = ['label 0', 'label 1', 'label 2']

/**
 * Runs a model file for these labels and images.
 * @param labels undefined before the dataset is known
 * @throws XP_MODEL_FILE_FAILED, XP_MODEL_IMPORT, XP_NO_MODEL_EXPORTED, XP_BAD_OWN_MODEL, XP_BAD_LAYERS_MODEL
 */
export function modelOfFile(source: ModelSource, labels: readonly string[] | undefined, image: ImageSize): FileModel {
  const factory = factoryOf(source)
  const made = guarded(source, () => factory({ labels: labels ?? standIns, image, tf }))
  if (made instanceof tf.LayersModel) {
    const topology = withLogits(renumbered(topologyOf(made)), source.file)
    return {
      classifier: layersClassifier(topology, labels, image, source.file),
      fields: { model_type: layersModelType, topology },
      warning: ignoredSettings(topology, source.file),
      initialValues: (seed) => layersInitialValues(seeded(topology, seed)),
    }
  }
  const model = checkedModel(made, source.file)
  return {
    classifier: functionClassifier(model, source, labels, image),
    fields: { model_type: functionModelType, file: basename(source.file), source: source.text },
    warning: undefined,
    initialValues: (seed) => ownInitialValues(model, seed),
  }
}
