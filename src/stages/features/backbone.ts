import { Type } from 'typebox'
import { type FeatureRows, Features } from '../../artifacts/features.ts'
import { Model, readModelConfig, readModelWeights } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { ignoredByKey } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'

export default defineStage({
  uses: 'features/backbone',
  version: 1,
  summary: 'Run all of a model but its head over a dataset once, without augmentation, for train/head.',
  params: Type.Object(
    {
      parts: Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        default: ['train', 'validation'],
        description: 'Parts of the dataset; those it does not have are left out.',
      }),
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
  outputs: { features: Features },
  metrics: {
    'features/images_per_second': {
      unit: 'images/s',
      per: 'run',
      better: 'higher',
      description: 'Images over the run time, decoding included.',
    },
  },
  needs: ['engine'],

  async check({ params, foreseen: { model = {}, data = {} } }) {
    const { foreseeClasses, foreseePart } = await import('../../training/foresee.ts')
    foreseeClasses(model, data)
    const { parts: known = params.parts } = data
    const parts = params.parts.filter((part) => known.includes(part))
    if (parts.length === 0) foreseePart(data, 'parts', params.parts[0] ?? '')
    return { features: { ...(data.classes && { classes: data.classes }), ...(data.parts && { parts }) } }
  },

  async run({ params, inputs, engine, signal, locate, metric, progress }) {
    const { classifierOf } = await import('../../nn/classifier.ts')
    const { openImages } = await import('../../images/loader.ts')
    const { outputSize } = await import('../../images/processor.ts')
    const { backboneDigest, backboneOf, featureDimension } = await import('../../training/frozen-backbone.ts')
    const { examplesOf, requireClasses } = await import('../../training/suitability.ts')

    const { batchSize, workers } = params
    const { dataset, processor } = inputs.data
    const { dir } = inputs.model
    const classifier = classifierOf(await readModelConfig(dir), { where: dir, image: outputSize(processor) })
    requireClasses(classifier, dataset.classes)
    const weights = await readModelWeights(dir)
    const dimension = featureDimension(classifier)
    const known = params.parts.filter((part) => Object.hasOwn(dataset.parts, part))
    const named = known.length === 0 ? params.parts : known
    const examples = named.map((part) => [part, examplesOf(dataset, 'parts', part)] as const)
    const total = examples.reduce((sum, [, list]) => sum + list.length, 0)

    const root = locate(dataset.source)
    const loader = openImages(inputs.data, { root, workers })
    const predictor = await engine.predictor(backboneOf(classifier), weights)
    try {
      const began = performance.now()
      const parts: Record<string, FeatureRows> = {}
      let done = 0
      for (const [part, list] of examples) {
        const values = new Float32Array(list.length * dimension)
        let row = 0
        for await (const batch of loader.batches(list, { batchSize, signal })) {
          values.set(await predictor.logits(batch), row * dimension)
          row += batch.size
          done += batch.size
          progress(done, total, 'images')
        }
        signal.throwIfAborted()
        parts[part] = { files: list.map(({ file }) => file), labels: list.map(({ label }) => label), values }
      }
      metric('features/images_per_second', (total * 1000) / (performance.now() - began), 0)
      return { features: { backbone: backboneDigest(classifier, weights), classes: dataset.classes, dimension, parts } }
    } finally {
      await predictor.dispose()
      await loader.close()
    }
  },
})
