import type { EpochRow, TrainingHistory, ValidationMetric } from '../../artifacts/training-history.ts'
import type { Batch, Trainer, Weights } from '../../registry/engine.ts'
import type { Checkpoints, Progress } from '../checkpoints/checkpoints.ts'
import { requireFinite, requireUpdates } from '../engines/finite.ts'
import { type BestBy, bestRow } from './best.ts'
import { type EarlyStopping, isOver } from './early-stopping.ts'
import { type MixSpec, mixed } from './mixup.ts'
import { batchesPerEpoch, epochOrder } from './sampler.ts'
import type { Schedule } from './schedules.ts'
import { type LossSpec, windowWithTargets } from './targets.ts'
import { isValidated, startState, startTiming, type TrainingState, updatesOf } from './training-state.ts'
import { windowsOf } from './windows.ts'

/** A step that was made, now or before an interruption. `step` counts from 1. */
export interface StepReport {
  readonly step: number
  /** Under way, from 1. */
  readonly epoch: number
  readonly loss: number
  readonly gradNorm: number
  readonly learningRate: number
}

export type ValidationScores = Readonly<Record<ValidationMetric, number>>

export interface FitOptions extends LossSpec {
  readonly trainer: Trainer
  readonly epochs: number
  /** Examples of one batch. */
  readonly batchSize: number
  /** Batches of one optimiser step, whose loss is the mean over all their examples; 1 by default. */
  readonly accumulation?: number
  readonly exampleCount: number
  /** Mixes examples, whose size in pixels is `image`. */
  readonly mix?: MixSpec & {
    readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  }
  /** Epoch e (from 0) is shuffled with `seed + e`. */
  readonly seed: number
  /** Moves on with each update; a step that half precision skipped is none. */
  readonly schedule: Schedule
  readonly bestBy: BestBy
  readonly earlyStopping?: EarlyStopping
  /** Steps between validations, each with a checkpoint; the end of an epoch always has one. */
  readonly evalSteps?: number
  /** Steps between checkpoints without a validation. */
  readonly saveSteps?: number
  readonly checkpoints: Checkpoints
  /** Aborted: the step under way is finished, a checkpoint saved, and the signal's reason thrown. */
  readonly signal: AbortSignal
  /** The examples of `order` in batches of `batchSize`, the last one maybe short; `epoch` counts from 0. */
  batchesOf(order: Int32Array, epoch: number, signal: AbortSignal): AsyncIterable<Batch>
  /** Absent: no validation. `epoch` is how many are done, maybe a fraction. */
  validate?(epoch: number, signal: AbortSignal): Promise<ValidationScores>
  onStep(report: StepReport): void
  /** `imagesPerSecond` is undefined where it is not known any more. */
  onEpoch(row: EpochRow, imagesPerSecond: number | undefined): void
  /** After each step: images seen over all epochs. */
  onProgress(images: number, epoch: number, loss: number): void
}

export interface FitResult {
  readonly history: TrainingHistory
  /** The row whose weights these are. */
  readonly best: EpochRow
  readonly weights: Weights
  /** Steps made. */
  readonly steps: number
}

/**
 * Trains for `epochs` and answers the best weights. It goes on from the newest checkpoint, to the same bits as without
 * the interruption, and reports the steps and rows before it again, so that every run tells the whole story.
 * @throws XpError when the loss or the gradient norm is not finite; the signal's reason when aborted
 */
export async function fit(options: FitOptions): Promise<FitResult> {
  const { trainer, checkpoints, signal, epochs, bestBy, earlyStopping, saveSteps } = options
  const bestStep = ({ rows }: TrainingState) => bestRow(rows, bestBy)?.step
  let now: Progress = (await checkpoints.resume(trainer, bestStep)) ?? { state: startState, timing: startTiming }
  let saved = now.state
  replay(now, options)
  const save = async () => {
    if (now.state === saved) return
    await checkpoints.save(trainer, now, bestStep(now.state))
    saved = now.state
  }
  const orStop = async () => {
    if (!signal.aborted) return
    await save()
    signal.throwIfAborted()
  }

  for (;;) {
    if (isRowDue(now.state, options)) {
      now = (await withRow(now, options)) ?? now
      await orStop()
      await save()
    }
    const over = earlyStopping !== undefined && isOver(now.state.rows, earlyStopping)
    if (over || now.state.epoch >= epochs) break
    for await (now of stepsToRow(now, options)) {
      if (signal.aborted) break
      if (saveSteps !== undefined && now.state.step % saveSteps === 0 && !isRowDue(now.state, options)) await save()
    }
    await orStop()
  }

  const { rows, step } = now.state
  const best = bestRow(rows, bestBy)
  if (best === undefined) throw new Error('fit was asked for no epochs')
  const weights = best.step === step ? trainer.averagedWeights() : await checkpoints.weightsAt(best.step)
  return { history: { epochs: rows, bestEpoch: best.epoch, bestMetric: bestBy }, best, weights, steps: step }
}

const isEpochDone = ({ batch }: TrainingState, { exampleCount, batchSize }: FitOptions) =>
  batch === batchesPerEpoch(exampleCount, batchSize)

const isRowDue = (state: TrainingState, options: FitOptions): boolean =>
  isEpochDone(state, options) ||
  (options.evalSteps !== undefined && state.step > 0 && state.step % options.evalSteps === 0 && !isValidated(state))

/** The progress after each step, up to the one after which a row is due. Ends early when the signal is aborted. */
async function* stepsToRow(from: Progress, options: FitOptions): AsyncGenerator<Progress> {
  const { trainer, batchSize, exampleCount, accumulation = 1, mix, seed, signal } = options
  const { epoch } = from.state
  const order = epochOrder(exampleCount, seed, epoch).subarray(from.state.batch * batchSize)
  const [losses, gradNorms] = [[...from.state.losses], [...from.state.gradNorms]]
  let { step, batch, lossSum, lossCount } = from.state
  let updates = updatesOf(losses)
  let { images } = from.timing
  const began = performance.now()
  for await (const window of windowsOf(options.batchesOf(order, epoch, signal), accumulation, signal)) {
    const learningRate = options.schedule(updates)
    const targeted = windowWithTargets(window, options)
    const batches = mix
      ? targeted.map((examples, batch) => mixed(examples, mix.image, mix, { seed, step, batch }))
      : targeted
    const { loss, gradNorm, skipped } = await trainer.step(batches, learningRate)
    step++
    batch += window.length
    losses.push(skipped ? null : loss)
    gradNorms.push(skipped ? null : gradNorm)
    images += window.reduce((sum, { size }) => sum + size, 0)
    if (skipped) requireUpdates(losses, step, learningRate, options.checkpoints)
    else {
      requireFinite('loss', loss, step, learningRate, options.checkpoints)
      requireFinite('gradient norm', gradNorm, step, learningRate, options.checkpoints)
      updates++
      lossSum += loss
      lossCount++
      options.onStep({ step, epoch: epoch + 1, loss, gradNorm, learningRate })
    }
    options.onProgress(epoch * exampleCount + Math.min(batch * batchSize, exampleCount), epoch + 1, loss)
    const state = { ...from.state, step, batch, lossSum, lossCount, losses, gradNorms }
    const seconds = from.timing.seconds + (performance.now() - began) / 1000
    yield { state, timing: { ...from.timing, images, seconds } }
    if (isRowDue(state, options)) return
  }
  if (signal.aborted) return
  throw new Error(`the epoch had ${batch} batches instead of ${batchesPerEpoch(exampleCount, batchSize)}`)
}

/** The progress with a row for this state; undefined when validating was aborted. */
async function withRow({ state, timing }: Progress, options: FitOptions): Promise<Progress | undefined> {
  const { exampleCount, batchSize, signal } = options
  const done = isEpochDone(state, options)
  const epoch = done ? state.epoch + 1 : state.epoch + state.batch / batchesPerEpoch(exampleCount, batchSize)
  let scores: ValidationScores | undefined
  try {
    scores = await options.validate?.(epoch, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (signal.aborted) return undefined

  const learningRate = options.schedule(Math.max(0, updatesOf(state.losses) - 1))
  if (scores !== undefined) {
    requireFinite('validation loss', scores.loss, state.step, learningRate, options.checkpoints)
  }
  const row: EpochRow = {
    epoch,
    step: state.step,
    learningRate,
    trainLoss: state.lossCount === 0 ? 0 : state.lossSum / state.lossCount,
    ...(scores && {
      validationLoss: scores.loss,
      validationAccuracy: scores.accuracy,
      validationF1: scores.f1,
      validationPrecision: scores.precision,
      validationRecall: scores.recall,
    }),
  }
  const imagesPerSecond = timing.images > 0 && timing.seconds > 0 ? timing.images / timing.seconds : null
  options.onEpoch(row, imagesPerSecond ?? undefined)
  const position = done ? { epoch, batch: 0 } : {}
  return {
    state: { ...state, ...position, lossSum: 0, lossCount: 0, rows: [...state.rows, row] },
    timing: { images: 0, seconds: 0, imagesPerSecond: [...timing.imagesPerSecond, imagesPerSecond] },
  }
}

function replay({ state, timing }: Progress, { schedule, onStep, onEpoch, ...options }: FitOptions): void {
  const { exampleCount, batchSize, accumulation = 1 } = options
  const perEpoch = Math.ceil(batchesPerEpoch(exampleCount, batchSize) / accumulation)
  let [updates, rows] = [0, 0]
  for (const [k, loss] of state.losses.entries()) {
    const step = k + 1
    const gradNorm = state.gradNorms[k]
    if (loss !== null && typeof gradNorm === 'number') {
      onStep({ step, epoch: Math.floor(k / perEpoch) + 1, loss, gradNorm, learningRate: schedule(updates++) })
    }
    const row = state.rows[rows]
    if (row?.step === step) onEpoch(row, timing.imagesPerSecond[rows++] ?? undefined)
  }
}
