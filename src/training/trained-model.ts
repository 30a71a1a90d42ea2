import { type Model, readPreprocessor, readProvenance, writeModelFolder } from '../artifacts/model.ts'
import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import type { EpochRow } from '../artifacts/training-history.ts'
import type { Classifier, Weights } from '../registry/engine.ts'

/** Writes into `dir` what training made of the model `before`, whose preprocessing stays. */
export async function writeTrainedModel(
  before: Model,
  dir: string,
  trained: {
    readonly config: HuggingFaceConfig
    readonly classifier: Pick<Classifier, 'parameters' | 'buffers'>
    readonly weights: Weights
    /** The row whose weights these are. */
    readonly best: EpochRow
  },
): Promise<void> {
  const { config, classifier, weights, best } = trained
  const provenance = await readProvenance(before.dir)
  await writeModelFolder(dir, {
    config,
    parameters: classifier.parameters,
    buffers: classifier.buffers,
    weights,
    preprocessor: (await readPreprocessor(before.dir)) ?? {},
    provenance: {
      ...provenance,
      trainedSteps: provenance.trainedSteps + best.step,
      trainedEpochs: provenance.trainedEpochs + best.epoch,
    },
  })
}
