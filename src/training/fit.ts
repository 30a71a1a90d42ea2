import type { EpochRow, TrainingHistory } from '../artifacts/training-history.ts'
import { trainingDiverged } from '../errors/training.ts'
import type { Batch, Trainer, Weights } from '../registry/engine.ts'
import { type BestBy, bestRow } from './best.ts'
import type { TrainingState } from './checkpoint.ts'
import type { Checkpoints } from './checkpoints.ts'
import { batchesPerEpoch, epochOrder } from './sampler.ts'
import type { Schedule } from './schedules.ts'
import { withTargets } from './targets.ts'

/** A step that was made, now or before an interruption. `step` counts from 1. */
export interface StepReport {
  readonly step: number
  readonly epoch: number
  readonly loss: number
  readonly gradNorm: number
  readonly learningRate: number
}

export interface FitOptions {
  readonly trainer: Trainer
  readonly epochs: number
  readonly batchSize: number
  readonly exampleCount: number
  /** Number of classes. */
  readonly classes: number
  /** Epoch e (from 0) is shuffled with `seed + e`. */
  readonly seed: number
  readonly schedule: Schedule
  readonly bestBy: BestBy
  readonly checkpoints: Checkpoints
  /** Aborted: the batch under way is finished, a checkpoint saved, and the signal's reason thrown. */
  readonly signal: AbortSignal
  /** The examples of `order` in batches of `batchSize`, the last one maybe short; `epoch` counts from 0. */
  batchesOf(order: Int32Array, epoch: number, signal: AbortSignal): AsyncIterable<Batch>
  /** Absent: no validation. `epoch` counts from 1. */
  validate?(
    epoch: number,
    signal: AbortSignal,
  ): Promise<{ readonly loss: number; readonly accuracy: number; readonly f1: number }>
  onStep(report: StepReport): void
  onEpoch(row: EpochRow, imagesPerSecond: number): void
  /** After each batch: images seen over all epochs. */
  onProgress(images: number, epoch: number, loss: number): void
}

export interface FitResult {
  readonly history: TrainingHistory
  /** The row whose weights these are. */
  readonly best: EpochRow
  readonly weights: Weights
}

const start: TrainingState = {
  step: 0,
  epoch: 0,
  batch: 0,
  lossSum: 0,
  seconds: 0,
  losses: [],
  gradNorms: [],
  rows: [],
  imagesPerSecond: [],
}

/**
 * Trains for `epochs` and answers the best weights. It goes on from the newest checkpoint, to the same bits as without
 * the interruption, and reports the steps and epochs before it again, so that every run tells the whole story.
 * @throws XpError when the loss or the gradient norm is not finite; the signal's reason when aborted
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { trainer, checkpoints, signal, epochs, bestBy } = options
  const bestStep = (state: TrainingState) => bestRow(state.rows, bestBy)?.step
  let state = (await checkpoints.resume(trainer, bestStep)) ?? start
  let saved = state
  replay(state, options)

  const interrupt = async () => {
    if (state !== saved) await checkpoints.save(trainer, state, bestStep(state))
    signal.throwIfAborted()
  }

  while (state.epoch < epochs) {
    for await (state of trainEpoch(state, options)) if (signal.aborted) break
    if (signal.aborted) await interrupt()

    let scores: Awaited<ReturnType<NonNullable<FitOptions['validate']>>> | undefined
    try {
      scores = await options.validate?.(state.epoch + 1, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
    if (signal.aborted) await interrupt()

    const row = epochRow(state, options, scores)
    const imagesPerSecond = options.exampleCount / state.seconds
    state = {
      ...state,
      epoch: row.epoch,
      batch: 0,
      lossSum: 0,
      seconds: 0,
      rows: [...state.rows, row],
      imagesPerSecond: [...state.imagesPerSecond, imagesPerSecond],
    }
    options.onEpoch(row, imagesPerSecond)
    await checkpoints.save(trainer, state, bestStep(state))
    saved = state
  }

  const best = bestRow(state.rows, bestBy)
  if (best === undefined) throw new Error('fit was asked for no epochs')
  const weights = best.step === state.step ? trainer.weights() : await checkpoints.weightsAt(best.step)
  return { history: { epochs: state.rows, bestEpoch: best.epoch, bestMetric: bestBy }, best, weights }
}

/** The state after each step of the epoch under way. Ends early when the signal is aborted. */
async function* trainEpoch(from: TrainingState, options: FitOptions): AsyncGenerator<TrainingState> {
  const { trainer, batchSize, exampleCount, schedule, signal } = options
  const order = epochOrder(exampleCount, options.seed, from.epoch).subarray(from.batch * batchSize)
  const [losses, gradNorms] = [[...from.losses], [...from.gradNorms]]
  let { step, batch, lossSum } = from
  if (order.length > 0) {
    const began = performance.now()
    for await (const examples of untilAborted(options.batchesOf(order, from.epoch, signal), signal)) {
      const learningRate = schedule(step)
      const { loss, gradNorm } = await trainer.step([withTargets(examples, options.classes)], learningRate)
      step++
      requireFinite('loss', loss, step, learningRate, options)
      requireFinite('gradient norm', gradNorm, step, learningRate, options)
      batch++
      lossSum += loss
      losses.push(loss)
      gradNorms.push(gradNorm)
      options.onStep({ step, epoch: from.epoch + 1, loss, gradNorm, learningRate })
      options.onProgress(from.epoch * exampleCount + Math.min(batch * batchSize, exampleCount), from.epoch + 1, loss)
      const seconds = from.seconds + (performance.now() - began) / 1000
      yield { ...from, step, batch, lossSum, seconds, losses, gradNorms }
    }
  }
  const expected = batchesPerEpoch(exampleCount, batchSize)
  if (!signal.aborted && batch !== expected) throw new Error(`the epoch had ${batch} batches instead of ${expected}`)
}

/** The source's items; an error of an aborted source is its end. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    for await (const item of source) {
      if (signal.aborted) return
      yield item
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function epochRow(
  { step, epoch, lossSum, batch }: TrainingState,
  options: FitOptions,
  scores: { readonly loss: number; readonly accuracy: number; readonly f1: number } | undefined,
): EpochRow {
  const learningRate = options.schedule(step - 1)
  const row = { epoch: epoch + 1, step, learningRate, trainLoss: lossSum / batch }
  if (scores === undefined) return row
  requireFinite('validation loss', scores.loss, step, learningRate, options)
  return {
    ...row,
    validationLoss: scores.loss,
    validationAccuracy: scores.accuracy,
    validationF1: scores.f1,
  }
}

function replay(state: TrainingState, { schedule, onStep, onEpoch, ...options }: FitOptions): void {
  const perEpoch = batchesPerEpoch(options.exampleCount, options.batchSize)
  state.losses.forEach((loss, k) => {
    const [step, epoch] = [k + 1, Math.floor(k / perEpoch) + 1]
    onStep({ step, epoch, loss, gradNorm: state.gradNorms[k] ?? 0, learningRate: schedule(k) })
    const row = state.rows[epoch - 1]
    if (row?.step === step) onEpoch(row, state.imagesPerSecond[epoch - 1] ?? 0)
  })
}

function requireFinite(
  what: 'loss' | 'gradient norm' | 'validation loss',
  value: number,
  step: number,
  learningRate: number,
  { checkpoints }: FitOptions,
): void {
  if (Number.isFinite(value)) return
  throw trainingDiverged({ what, value, step, learningRate, lastCheckpoint: checkpoints.newest })
}
