import { join } from 'node:path'
import { Type } from 'typebox'
import { Model, readModelConfig, readModelWeights, readPreprocessor, readProvenance } from '../../artifacts/model.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { TrainingHistory } from '../../artifacts/training-history.ts'
import { bestWithoutValidation, warmupOfOneCycle, warmupTwice } from '../../errors/training.ts'
import { ignoredByKey } from '../../registry/params.ts'
import { defineStage } from '../../registry/stage.ts'
import { scheduleNames } from '../../training/schedules.ts'

const params = Type.Object(
  {
    epochs: Type.Integer({ minimum: 1, default: 3, description: 'Passes over the training images.' }),
    batchSize: Type.Integer({ minimum: 1, default: 8, description: 'Images per optimiser step.' }),
    evalBatchSize: Type.Integer({ minimum: 1, default: 32, description: 'Images per forward pass of validation.' }),
    learningRate: Type.Number({ exclusiveMinimum: 0, default: 5e-5, description: 'Peak learning rate of AdamW.' }),
    schedule: Type.Enum([...scheduleNames], {
      default: 'linear',
      description: 'How the learning rate falls after the warm-up; one-cycle rises over its first 30 % by itself.',
    }),
    warmupSteps: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'Optimiser steps over which the learning rate grows from 0. Excludes warmupRatio.',
    }),
    warmupRatio: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0,
      description: 'The same as a share of all optimiser steps, rounded up.',
    }),
    weightDecay: Type.Number({
      minimum: 0,
      default: 0,
      description: "AdamW's decoupled weight decay, on all but biases and LayerNorm.",
    }),
    adamBeta1: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'Decay of the first moment.',
    }),
    adamBeta2: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'Decay of the second moment.',
    }),
    adamEpsilon: Type.Number({ exclusiveMinimum: 0, default: 1e-8, description: 'Added to the denominator of AdamW.' }),
    maxGradNorm: Type.Number({
      minimum: 0,
      default: 1,
      description: 'Gradients are scaled to at most this global L2 norm; 0 turns clipping off.',
    }),
    bestBy: Type.Enum(['loss', 'accuracy', 'f1', 'last'], {
      default: 'loss',
      description: 'Validation number that picks the epoch whose weights are answered; last: the last epoch.',
    }),
    trainPart: Type.String({ minLength: 1, default: 'train', description: 'Part of the dataset to train on.' }),
    validationPart: Type.String({
      minLength: 1,
      default: 'validation',
      description: 'Part scored after each epoch; without such a part there is no validation.',
    }),
    keepCheckpoints: Type.Integer({
      minimum: 1,
      default: 2,
      description: 'Newest checkpoints kept while training, beside the best.',
      ...ignoredByKey('checkpoints are not part of the result'),
    }),
    workers: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Threads that decode and resize images; as many as there are cores when absent.',
        ...ignoredByKey('the number of threads does not change a pixel'),
      }),
    ),
  },
  { additionalProperties: false },
)

export default defineStage({
  uses: 'train/supervised',
  version: 1,
  summary: 'Fine-tune an image classifier with AdamW; validates and saves after each epoch, answers the best weights.',
  params,
  inputs: { model: Model, data: ProcessedImages },
  outputs: { model: Model, history: TrainingHistory },
  metrics: {
    'train/loss': { unit: 'nats', per: 'batch', better: 'lower', description: 'Mean cross-entropy of the batch.' },
    'train/grad_norm': { unit: 'L2 norm', per: 'batch', description: 'Global norm of the gradients before clipping.' },
    'train/learning_rate': { unit: '1', per: 'batch', description: 'Learning rate of the step.' },
    'train/images_per_second': {
      unit: 'images/s',
      per: 'epoch',
      better: 'higher',
      description: 'Training speed of the epoch, validation excluded.',
    },
    'validation/loss': { unit: 'nats', per: 'epoch', better: 'lower', description: 'Mean cross-entropy.' },
    'validation/accuracy': {
      unit: 'fraction',
      per: 'epoch',
      better: 'higher',
      description: 'Share of right predictions.',
    },
    'validation/f1': {
      unit: 'fraction',
      per: 'epoch',
      better: 'higher',
      description: 'F1, mean weighted by class size.',
    },
  },
  needs: ['seed', 'engine'],

  async check({ params: { schedule, warmupSteps, warmupRatio } }) {
    if (warmupSteps > 0 && warmupRatio > 0) throw warmupTwice()
    if (schedule !== 'one-cycle') return
    if (warmupSteps > 0) throw warmupOfOneCycle('warmupSteps')
    if (warmupRatio > 0) throw warmupOfOneCycle('warmupRatio')
  },

  async run({ params, inputs, seed, engine, scratch, signal, locate, metric, progress, warn }) {
    const { writeModelFolder } = await import('../../artifacts/model.ts')
    const { classifierOf } = await import('../../nn/classifier.ts')
    const { createImageLoader } = await import('../../images/loader.ts')
    const { outputSize } = await import('../../images/processor.ts')
    const { digestJson } = await import('../../std/hash.ts')
    const { openCheckpoints } = await import('../../training/checkpoints.ts')
    const { evaluate } = await import('../../training/evaluate.ts')
    const training = await import('../../training/fit.ts')
    const { batchesPerEpoch } = await import('../../training/sampler.ts')
    const { createSchedule, warmupStepsOf } = await import('../../training/schedules.ts')
    const { examplesOf, requireSuitable } = await import('../../training/suitability.ts')

    const { epochs, batchSize, evalBatchSize, learningRate, maxGradNorm, validationPart } = params
    const { keepCheckpoints, workers, ...shaping } = params
    const { dataset, processor, augmentation } = inputs.data
    const { dir } = inputs.model
    const config = await readModelConfig(dir)
    const classifier = classifierOf(config, { where: dir })
    requireSuitable(classifier, dataset, outputSize(processor))
    const examples = examplesOf(dataset, 'trainPart', params.trainPart)
    const validation = Object.hasOwn(dataset.parts, validationPart) ? (dataset.parts[validationPart] ?? []) : []
    if (validation.length === 0) {
      const parts = Object.keys(dataset.parts)
      if (params.bestBy === 'accuracy' || params.bestBy === 'f1') {
        throw bestWithoutValidation(params.bestBy, validationPart, parts)
      }
      warn(
        `no images in a part "${validationPart}" (parts: ${parts.join(', ')}): the last epoch's weights are answered`,
      )
    }

    const totalSteps = batchesPerEpoch(examples.length, batchSize) * epochs
    const warmupSteps = params.warmupRatio > 0 ? warmupStepsOf(params.warmupRatio, totalSteps) : params.warmupSteps
    const spec = digestJson({ shaping, seed, engine: engine.facts, examples: examples.length })
    const root = locate(dataset.source)
    const loader = createImageLoader({ root, processor, ...(workers === undefined ? {} : { workers }) })
    const trainer = await engine.trainer({
      classifier,
      weights: await readModelWeights(dir),
      optimizer: {
        name: 'adamw',
        beta1: params.adamBeta1,
        beta2: params.adamBeta2,
        epsilon: params.adamEpsilon,
        weightDecay: params.weightDecay,
      },
      trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
      maxGradNorm,
      seed,
    })
    try {
      const { history, best, weights } = await training.fit({
        trainer,
        epochs,
        batchSize,
        exampleCount: examples.length,
        classes: dataset.classes.length,
        seed,
        schedule: createSchedule({ name: params.schedule, learningRate, totalSteps, warmupSteps }),
        bestBy: validation.length === 0 ? 'last' : params.bestBy,
        checkpoints: openCheckpoints({
          dir: join(scratch, 'checkpoints'),
          shapes: new Map([...classifier.parameters, ...classifier.buffers].map(({ name, shape }) => [name, shape])),
          spec,
          keep: keepCheckpoints,
          warn,
        }),
        signal,
        batchesOf: (order, epoch, signal) =>
          loader.batches(examples, { batchSize, order, augmentation: { spec: augmentation, seed, epoch }, signal }),
        ...(validation.length === 0
          ? {}
          : {
              validate: (epoch, signal) =>
                evaluate({
                  predictor: trainer,
                  batches: loader.batches(validation, { batchSize: evalBatchSize, signal }),
                  classes: dataset.classes.length,
                  signal,
                  onBatch: (done) => progress(done, validation.length, `validation of epoch ${epoch}`),
                }),
            }),
        onStep: ({ step, epoch, loss, gradNorm, learningRate }) => {
          metric('train/loss', loss, step, epoch)
          metric('train/grad_norm', gradNorm, step, epoch)
          metric('train/learning_rate', learningRate, step, epoch)
        },
        onEpoch: ({ step, epoch, validationLoss, validationAccuracy, validationF1 }, imagesPerSecond) => {
          metric('train/images_per_second', imagesPerSecond, step, epoch)
          if (validationLoss === undefined) return
          metric('validation/loss', validationLoss, step, epoch)
          metric('validation/accuracy', validationAccuracy ?? 0, step, epoch)
          metric('validation/f1', validationF1 ?? 0, step, epoch)
        },
        onProgress: (images) => progress(images, examples.length * epochs, 'images'),
      })
      const before = await readProvenance(dir)
      const answered = join(scratch, 'model')
      await writeModelFolder(answered, {
        config,
        parameters: classifier.parameters,
        buffers: classifier.buffers,
        weights,
        preprocessor: (await readPreprocessor(dir)) ?? {},
        provenance: {
          ...before,
          trainedSteps: before.trainedSteps + best.step,
          trainedEpochs: before.trainedEpochs + best.epoch,
        },
      })
      return { model: { dir: answered }, history }
    } finally {
      await trainer.dispose()
      await loader.close()
    }
  },
})
