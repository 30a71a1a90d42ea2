import { nearest } from './nearest.ts'
import { XpError } from './xp-error.ts'

export const trainingDiverged = (facts: {
  readonly what: 'loss' | 'gradient norm' | 'validation loss'
  readonly value: number
  readonly step: number
  readonly learningRate: number
  /** Absolute path, or undefined when no checkpoint was made yet. */
  readonly lastCheckpoint: string | undefined
}) =>
  new XpError({
    code: 'XP_TRAINING_DIVERGED',
    exit: 'stageFailed',
    message:
      `the ${facts.what} became ${facts.value} at step ${facts.step} with learning rate ${facts.learningRate}; ` +
      (facts.lastCheckpoint === undefined
        ? 'there is no checkpoint yet'
        : `the last good checkpoint is ${facts.lastCheckpoint}`),
    hint: 'lower learningRate, lengthen the warm-up, or set maxGradNorm (1 is usual)',
    details: facts,
  })

const outOfSpace = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** `cause` is what the file system threw; out of space, quota and file size limit are told apart from the rest. */
export const checkpointNotWritten = (path: string, cause: NodeJS.ErrnoException) => {
  const full = outOfSpace.has(cause.code ?? '')
  return new XpError({
    code: 'XP_DISK',
    exit: 'environment',
    message: full
      ? `no space left for the checkpoint ${path} (${cause.code}); earlier checkpoints are intact`
      : `the checkpoint ${path} could not be written: ${cause.message}`,
    hint: full
      ? 'free some space or lower keepCheckpoints, then run again: training goes on from the last checkpoint'
      : 'make the store writable, then run again: training goes on from the last checkpoint',
    details: { errno: cause.code },
    cause,
  })
}

export const checkpointUnusable = (path: string, problem: string) =>
  new XpError({
    code: 'XP_CHECKPOINT_UNUSABLE',
    exit: 'environment',
    message: `the best checkpoint ${path} changed on disk while training: ${problem}`,
    hint: 'run again: training goes on from the newest checkpoint that is whole',
  })

export const classesDiffer = (dataset: readonly string[], model: readonly string[]) =>
  new XpError({
    code: 'XP_CLASSES_DIFFER',
    exit: 'data',
    message:
      `the dataset's classes (${dataset.length}: ${dataset.join(', ')}) ` +
      `are not the model's labels (${model.length}: ${model.join(', ')})`,
    hint: 'wire the same dataset into the model stage, so that its head gets these classes in this order',
    details: { dataset, model },
  })

export const unknownPart = (param: string, part: string, parts: readonly string[]) => {
  const near = nearest(part, parts)
  return new XpError({
    code: 'XP_UNKNOWN_PART',
    exit: 'data',
    message: `${param}: the dataset has no part "${part}"; its parts are ${parts.join(', ')}`,
    hint: near === undefined ? `set ${param} to one of them, or split the dataset` : `did you mean "${near}"?`,
    details: { part, parts },
  })
}

export const partWithoutImages = (param: string, part: string) =>
  new XpError({
    code: 'XP_PART_WITHOUT_IMAGES',
    exit: 'data',
    message: `${param}: the part "${part}" has no images`,
    hint: 'give it a larger share in the split stage, or add images',
  })

export const warmupTwice = () =>
  new XpError({
    code: 'XP_WARMUP_CONFLICT',
    exit: 'config',
    message: 'warmupSteps and warmupRatio are both given',
    hint: 'keep one of them',
  })

export const warmupOfOneCycle = (param: 'warmupSteps' | 'warmupRatio') =>
  new XpError({
    code: 'XP_WARMUP_CONFLICT',
    exit: 'config',
    message: `${param} does not go with the schedule one-cycle, which warms up over its first 30 % by itself`,
    hint: `remove ${param}, or choose another schedule`,
  })

export const bestWithoutValidation = (bestBy: string, part: string, parts: readonly string[]) =>
  new XpError({
    code: 'XP_BEST_WITHOUT_VALIDATION',
    exit: 'data',
    message: `bestBy: ${bestBy} needs a validation part, but the dataset has no part "${part}"; its parts are ${parts.join(', ')}`,
    hint: 'set validationPart to one of them, split off a validation part, or set bestBy: last',
    details: { bestBy, part, parts },
  })

export const lossNotFinite = (part: string, loss: number) =>
  new XpError({
    code: 'XP_LOSS_NOT_FINITE',
    exit: 'data',
    message: `the model's loss on the part "${part}" is ${loss}: its weights are not finite numbers or far too large`,
    hint: 'train it again with a lower learningRate, or take other weights',
  })
