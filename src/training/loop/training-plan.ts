import {
  classWeightsLength,
  momentumWithout,
  onlyWith,
  unknownClassWeight,
  warmupOfOneCycle,
  warmupTwice,
} from '../../errors/training.ts'
import type { OptimizerSpec } from '../../registry/engine.ts'
import { digestJson } from '../../std/hash.ts'
import type { TrainingParams } from '../params.ts'
import { stepsPerEpoch } from './sampler.ts'
import { isOpenEnded, type ScheduleOptions, warmupStepsOf } from './schedules.ts'
import { balancedWeights, type LossSpec } from './targets.ts'

/** @throws XpError on params that contradict each other or would do nothing */
export function checkTrainingParams(params: TrainingParams): void {
  const { schedule, warmupSteps, warmupRatio, optimizer, momentum, nesterov } = params
  if (warmupSteps > 0 && warmupRatio > 0) throw warmupTwice()
  if (schedule === 'one-cycle' && warmupSteps > 0) throw warmupOfOneCycle('warmupSteps')
  if (schedule === 'one-cycle' && warmupRatio > 0) throw warmupOfOneCycle('warmupRatio')
  if (schedule !== 'polynomial' && params.schedulePower !== 1) throw onlyWith('schedulePower', 'schedule: polynomial')
  if (optimizer !== 'sgd' && momentum > 0) throw onlyWith('momentum', 'optimizer: sgd')
  if (optimizer !== 'sgd' && nesterov) throw onlyWith('nesterov', 'optimizer: sgd')
  if (nesterov && momentum === 0) throw momentumWithout()
}

/** What the engine is told of the optimiser. */
export function optimizerOf(params: TrainingParams): OptimizerSpec {
  const { optimizer: name, weightDecay, momentum, nesterov } = params
  if (name === 'sgd') return { name, momentum, nesterov, weightDecay }
  return { name, beta1: params.adamBeta1, beta2: params.adamBeta2, epsilon: params.adamEpsilon, weightDecay }
}

/**
 * The loss of a training on examples with these labels.
 * @throws XpError when class weights do not fit the classes
 */
export function lossOf(params: TrainingParams, labels: readonly number[], classes: readonly string[]): LossSpec {
  const { classWeights: given, labelSmoothing } = params
  const spec = { classes: classes.length, labelSmoothing }
  if (given === undefined) return spec
  if (given === 'balanced') return { ...spec, classWeights: balancedWeights(labels, classes.length) }
  if (Array.isArray(given)) {
    if (given.length !== classes.length) throw classWeightsLength(given.length, classes)
    return { ...spec, classWeights: given }
  }
  for (const name of Object.keys(given)) if (!classes.includes(name)) throw unknownClassWeight(name, classes)
  return { ...spec, classWeights: classes.map((name) => (Object.hasOwn(given, name) ? (given[name] ?? 1) : 1)) }
}

/** The schedule of a training over `exampleCount` examples. */
export function scheduleOf(params: TrainingParams, exampleCount: number): ScheduleOptions {
  const { schedule: name, learningRate, schedulePower: power, warmupRatio, warmupSteps, epochs } = params
  const totalSteps = stepsPerEpoch(exampleCount, params.batchSize, params.gradientAccumulation) * epochs
  const warmup = warmupRatio > 0 ? warmupStepsOf(warmupRatio, totalSteps) : warmupSteps
  return { name, learningRate, totalSteps, warmupSteps: warmup, power }
}

/**
 * Digest of what the numbers of a training depend on up to any step. Where the schedule does not depend on the total, a
 * longer training has the digest of a shorter one and goes on from its checkpoints.
 */
export function specOf(
  params: TrainingParams,
  schedule: ScheduleOptions,
  others: Readonly<Record<string, unknown>>,
): string {
  const { epochs, warmupRatio, warmupSteps, keepCheckpoints, saveSteps, ...shaping } = params
  const { totalSteps, ...shape } = schedule
  return digestJson({ ...others, shaping, schedule: isOpenEnded(schedule.name) ? shape : { ...shape, totalSteps } })
}
