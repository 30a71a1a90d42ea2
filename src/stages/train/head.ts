import { join } from 'node:path'
import { Type } from 'typebox'
import { Features } from '../../artifacts/features.ts'
import { Model, readModelConfig, readModelWeights } from '../../artifacts/model.ts'
import { TrainingCheckpoints } from '../../artifacts/training-checkpoints.ts'
import { TrainingHistory } from '../../artifacts/training-history.ts'
import { featuresOfAnotherModel } from '../../errors/training.ts'
import { defineStage } from '../../registry/stage.ts'
import { trainingMetrics, trainingParams } from '../../training/params.ts'

export default defineStage({
  uses: 'train/head',
  version: 1,
  summary: 'Train the head of an image classifier on features of its frozen backbone; answers the whole model.',
  params: Type.Object(trainingParams, { additionalProperties: false }),
  inputs: { model: Model, features: Features },
  outputs: { model: Model, history: TrainingHistory, checkpoints: TrainingCheckpoints },
  metrics: trainingMetrics,
  needs: ['seed', 'engine'],

  async check({ params, foreseen: { model = {}, features = {} } }) {
    const { checkTrainingParams } = await import('../../training/loop/training-plan.ts')
    checkTrainingParams(params)
    const { foreseeClasses, foreseePart } = await import('../../training/foresee.ts')
    foreseeClasses(model, features)
    foreseePart(features, 'trainPart', params.trainPart)
    return { model }
  },

  async run({ params, inputs, ...context }) {
    const { writeTrainedModel } = await import('../../training/trained-model.ts')
    const { classifierOf } = await import('../../nn/classifier.ts')
    const { featureBatches } = await import('../../training/loop/feature-batches.ts')
    const { trainableParameters } = await import('../../training/freezing.ts')
    const { backboneDigest, headClassifierOf } = await import('../../training/frozen-backbone.ts')
    const { partOf, requireClasses } = await import('../../training/suitability.ts')
    const { supervise } = await import('../../training/supervise.ts')

    const { features } = inputs
    const { dir } = inputs.model
    const config = await readModelConfig(dir)
    const classifier = classifierOf(config, { where: dir })
    requireClasses(classifier, features.classes)
    const weights = await readModelWeights(dir)
    if (backboneDigest(classifier, weights) !== features.backbone) throw featuresOfAnotherModel()
    const head = headClassifierOf(classifier)
    const rows = partOf(features.parts, 'trainPart', params.trainPart)
    const validation = Object.hasOwn(features.parts, params.validationPart)
      ? features.parts[params.validationPart]
      : undefined
    const {
      best,
      weights: trained,
      history,
      checkpoints,
    } = await supervise(context, {
      params,
      parts: Object.keys(features.parts),
      classifier: head,
      weights: new Map(head.parameters.map(({ name }) => [name, weights.get(name) as Float32Array])),
      trainable: trainableParameters(head.parameters, {}),
      shaping: {},
      labels: rows.labels,
      batchesOf: (order) => featureBatches(rows, { batchSize: params.batchSize, order }),
      ...(validation && {
        validation: {
          count: validation.labels.length,
          batches: () => featureBatches(validation, { batchSize: params.evalBatchSize }),
        },
      }),
    })
    const answered = join(context.scratch, 'model')
    await writeTrainedModel(inputs.model, answered, {
      config,
      classifier,
      weights: new Map([...weights, ...trained]),
      best,
    })
    return { model: { dir: answered }, history, checkpoints }
  },
})
