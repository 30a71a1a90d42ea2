import { join } from 'node:path'
import type { TrainingCheckpoints } from '../artifacts/training-checkpoints.ts'
import type { TrainingHistory } from '../artifacts/training-history.ts'
import { needsValidation } from '../errors/training.ts'
import type { Batch, Classifier, Engine, TrainableParameter, Weights } from '../registry/engine.ts'
import type { MetricName } from '../registry/metrics.ts'
import { openCheckpoints } from './checkpoints/checkpoints.ts'
import { continueEarlier, type EarlierTraining, endOf } from './checkpoints/continuation.ts'
import { evaluate } from './loop/evaluate.ts'
import { type FitOptions, type FitResult, fit as train } from './loop/fit.ts'
import { createSchedule } from './loop/schedules.ts'
import { lossOf, optimizerOf, scheduleOf, specOf } from './loop/training-plan.ts'
import type { TrainingParams, trainingMetrics } from './params.ts'

/** What a stage that trains is given by the runner. */
export interface TrainingContext {
  readonly seed: number
  readonly engine: Engine
  readonly scratch: string
  readonly signal: AbortSignal
  earlier(param: string): Promise<readonly EarlierTraining[]>
  metric(name: MetricName<typeof trainingMetrics>, value: number, step: number, epoch?: number): void
  progress(done: number, total: number, what: string): void
  warn(message: string): void
}

export interface Supervision {
  readonly params: TrainingParams
  /** Names of the dataset's parts, for errors. */
  readonly parts: readonly string[]
  readonly classifier: Classifier
  readonly weights: Weights
  readonly trainable: readonly TrainableParameter[]
  readonly memory?: 'normal' | 'low'
  readonly mix?: NonNullable<FitOptions['mix']>
  /** Beside `params`, what the numbers depend on. */
  readonly shaping: Readonly<Record<string, unknown>>
  /** Label indices of the training examples. */
  readonly labels: readonly number[]
  batchesOf: FitOptions['batchesOf']
  /** Absent: no validation. */
  readonly validation?: { readonly count: number; batches(signal: AbortSignal): AsyncIterable<Batch> }
}

export interface Supervised extends FitResult {
  readonly history: TrainingHistory
  readonly checkpoints: TrainingCheckpoints
}

/** Trains a classifier as a stage: with checkpoints in its scratch, and its metrics told to the runner. */
export async function supervise(context: TrainingContext, work: Supervision): Promise<Supervised> {
  const { seed, engine, scratch, signal, metric, progress, warn } = context
  const { params, classifier, validation, labels } = work
  const { epochs, batchSize, gradientAccumulation, maxGradNorm, emaDecay, earlyStopping, evalSteps, saveSteps } = params
  if (validation === undefined) warnOfNoValidation(work, warn)
  const loss = lossOf(params, labels, classifier.labels)
  const schedule = scheduleOf(params, labels.length)
  const dir = join(scratch, 'checkpoints')
  const spec = specOf(params, schedule, { ...work.shaping, seed, engine: engine.facts, examples: labels.length })
  await continueEarlier(context, params, dir)
  const checkpoints = openCheckpoints({
    dir,
    shapes: new Map([...classifier.parameters, ...classifier.buffers].map(({ name, shape }) => [name, shape])),
    spec,
    keep: params.keepCheckpoints,
    warn,
  })
  const trainer = await engine.trainer({
    classifier,
    weights: work.weights,
    optimizer: optimizerOf(params),
    trainable: work.trainable,
    maxGradNorm,
    seed,
    ...(emaDecay !== undefined && { emaDecay }),
    ...(work.memory !== undefined && { memory: work.memory }),
  })
  try {
    const result = await train({
      trainer,
      epochs,
      batchSize,
      accumulation: gradientAccumulation,
      exampleCount: labels.length,
      ...loss,
      seed,
      schedule: createSchedule(schedule),
      bestBy: validation === undefined ? 'last' : params.bestBy,
      ...(work.mix !== undefined && { mix: work.mix }),
      ...(earlyStopping !== undefined && { earlyStopping }),
      ...(evalSteps !== undefined && { evalSteps }),
      ...(saveSteps !== undefined && { saveSteps }),
      checkpoints,
      signal,
      batchesOf: work.batchesOf,
      ...(validation && {
        validate: (epoch, signal) =>
          evaluate({
            predictor: trainer,
            batches: validation.batches(signal),
            classes: classifier.labels.length,
            signal,
            onBatch: (done) => progress(done, validation.count, `validation of epoch ${Number(epoch.toFixed(2))}`),
          }),
      }),
      onStep: ({ step, epoch, loss, gradNorm, learningRate }) => {
        metric('train/loss', loss, step, epoch)
        metric('train/grad_norm', gradNorm, step, epoch)
        metric('train/learning_rate', learningRate, step, epoch)
      },
      onEpoch: (row, imagesPerSecond) => tellRow(row, imagesPerSecond, metric),
      onProgress: (images) => progress(images, labels.length * epochs, 'images'),
    })
    return { ...result, checkpoints: endOf(params, dir, result) }
  } finally {
    await trainer.dispose()
  }
}

function warnOfNoValidation({ params, parts }: Supervision, warn: (message: string) => void): void {
  const { bestBy, earlyStopping, evalSteps, validationPart: part } = params
  if (bestBy !== 'loss' && bestBy !== 'last') throw needsValidation('bestBy', part, parts)
  if (earlyStopping !== undefined) throw needsValidation('earlyStopping', part, parts)
  if (evalSteps !== undefined) throw needsValidation('evalSteps', part, parts)
  warn(`no images in a part "${part}" (parts: ${parts.join(', ')}): the last epoch's weights are answered`)
}

function tellRow(
  row: TrainingHistory['epochs'][number],
  imagesPerSecond: number | undefined,
  metric: TrainingContext['metric'],
): void {
  const { step, epoch } = row
  const tell = (name: Parameters<typeof metric>[0], value: number | undefined) => {
    if (value !== undefined) metric(name, value, step, epoch)
  }
  tell('train/images_per_second', imagesPerSecond)
  tell('validation/loss', row.validationLoss)
  tell('validation/accuracy', row.validationAccuracy)
  tell('validation/f1', row.validationF1)
  tell('validation/precision', row.validationPrecision)
  tell('validation/recall', row.validationRecall)
}
