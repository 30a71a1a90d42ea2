import { Type } from 'typebox'
import { Evaluation } from '../../artifacts/evaluation.ts'
import { Model, readModelConfig, readModelWeights, readProvenance } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { lossNotFinite } from '../../errors/training.ts'
import { ignoredByKey } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'

export default defineStage({
  uses: 'evaluate/classification',
  version: 1,
  summary: 'Score an image classifier on one part of a dataset, before or after training.',
  params: Type.Object(
    {
      part: Type.String({ minLength: 1, default: 'test', description: 'Part of the dataset to score on.' }),
      batchSize: Type.Integer({ minimum: 1, default: 32, description: 'Images per forward pass.' }),
      workers: Type.Optional(
        Type.Integer({
          minimum: 1,
          description: 'Threads that decode and resize images; as many as there are cores when absent.',
          ...ignoredByKey('the number of threads does not change a pixel'),
        }),
      ),
    },
    { additionalProperties: false },
  ),
  inputs: { model: Model, data: ProcessedImages },
  outputs: { evaluation: Evaluation },
  metrics: {
    '*/loss': { unit: 'nats', per: 'run', better: 'lower', description: 'Mean cross-entropy over the part.' },
    '*/accuracy': { unit: 'fraction', per: 'run', better: 'higher', description: 'Share of right predictions.' },
    '*/f1': { unit: 'fraction', per: 'run', better: 'higher', description: 'F1, mean weighted by class size.' },
    '*/precision': { unit: 'fraction', per: 'run', better: 'higher', description: 'Precision, weighted mean.' },
    '*/recall': { unit: 'fraction', per: 'run', better: 'higher', description: 'Recall, weighted mean.' },
    '*/runtime': { unit: 's', per: 'run', better: 'lower', description: 'Time for the whole part, decoding included.' },
    '*/samples_per_second': {
      unit: 'images/s',
      per: 'run',
      better: 'higher',
      description: 'Images over the run time.',
    },
    '*/steps_per_second': {
      unit: 'batches/s',
      per: 'run',
      better: 'higher',
      description: 'Batches over the run time.',
    },
  },
  needs: ['engine'],
  async check({ params, foreseen: { model = {}, data = {} } }) {
    const { foreseeClasses, foreseePart } = await import('../../training/foresee.ts')
    foreseeClasses(model, data)
    foreseePart(data, 'part', params.part)
    return undefined
  },
  async run({ params, inputs, engine, signal, locate, metric, progress }) {
    const { classifierOf } = await import('../../nn/classifier.ts')
    const { openImages } = await import('../../images/loader.ts')
    const { outputSize } = await import('../../images/processor.ts')
    const { evaluate } = await import('../../training/loop/evaluate.ts')
    const { examplesOf, requireClasses } = await import('../../training/suitability.ts')

    const { part, batchSize, workers } = params
    const { dataset, processor } = inputs.data
    const { dir } = inputs.model
    const classifier = classifierOf(await readModelConfig(dir), { where: dir, image: outputSize(processor) })
    requireClasses(classifier, dataset.classes)
    const examples = examplesOf(dataset, 'part', part)
    const provenance = await readProvenance(dir)

    const root = locate(dataset.source)
    const loader = openImages(inputs.data, { root, workers })
    const predictor = await engine.predictor(classifier, await readModelWeights(dir))
    try {
      const began = performance.now()
      const { predictions, ...scores } = await evaluate({
        predictor,
        batches: loader.batches(examples, { batchSize, signal }),
        classes: dataset.classes.length,
        signal,
        onBatch: (done) => progress(done, examples.length, 'images'),
      })
      const runtime = (performance.now() - began) / 1000
      if (!Number.isFinite(scores.loss)) throw lossNotFinite(part, scores.loss)

      const step = provenance.trainedSteps
      metric(`${part}/loss`, scores.loss, step)
      metric(`${part}/accuracy`, scores.accuracy, step)
      metric(`${part}/f1`, scores.f1, step)
      metric(`${part}/precision`, scores.precision, step)
      metric(`${part}/recall`, scores.recall, step)
      metric(`${part}/runtime`, runtime, step)
      metric(`${part}/samples_per_second`, examples.length / runtime, step)
      metric(`${part}/steps_per_second`, Math.ceil(examples.length / batchSize) / runtime, step)
      return {
        evaluation: {
          part,
          model: provenance,
          classes: dataset.classes,
          ...scores,
          predictions: predictions.map((prediction, i) => ({ file: examples[i]?.file ?? '', ...prediction })),
        },
      }
    } finally {
      await predictor.dispose()
      await loader.close()
    }
  },
})
