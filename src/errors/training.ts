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
    details: { param, part, parts },
  })
}

export const trainingTooLarge = (parameters: number, bytes: number, memory: number) =>
  new XpError({
    code: 'XP_TRAINING_TOO_LARGE',
    exit: 'environment',
    message:
      `weights, gradients and moments of ${Math.round(parameters / 1e6)} million parameters take ` +
      `${(bytes / 1e9).toFixed(1)} GB, and this machine has ${(memory / 1e9).toFixed(1)} GB of memory`,
    hint: 'take a smaller model, train a part of it (freeze, lora), or set the optimizer to sgd',
    details: { parameters, bytes, memory },
  })

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

export const needsValidation = (
  param: 'bestBy' | 'earlyStopping' | 'evalSteps',
  part: string,
  parts: readonly string[],
) =>
  new XpError({
    code: 'XP_NO_VALIDATION',
    exit: 'data',
    message: `${param} needs a validation part, but the dataset has no part "${part}"; its parts are ${parts.join(', ')}`,
    hint: `set validationPart to one of them, split off a validation part, or ${param === 'bestBy' ? 'set bestBy: last' : `remove ${param}`}`,
    details: { param, part, parts },
  })

export const lossNotFinite = (part: string, loss: number) =>
  new XpError({
    code: 'XP_LOSS_NOT_FINITE',
    exit: 'data',
    message: `the model's loss on the part "${part}" is ${loss}: its weights are not finite numbers or far too large`,
    hint: 'train it again with a lower learningRate, or take other weights',
  })

export const onlyWith = (param: string, condition: string) =>
  new XpError({
    code: 'XP_PARAM_WITHOUT_EFFECT',
    exit: 'config',
    message: `${param} has no effect without ${condition}`,
    hint: `remove ${param}, or set ${condition}`,
    details: { param },
  })

export const momentumWithout = () =>
  new XpError({
    code: 'XP_NESTEROV_WITHOUT_MOMENTUM',
    exit: 'config',
    message: 'nesterov needs a momentum above 0',
    hint: 'set momentum: 0.9, or remove nesterov',
  })

export const classWeightsLength = (given: number, classes: readonly string[]) =>
  new XpError({
    code: 'XP_CLASS_WEIGHTS',
    exit: 'config',
    message: `classWeights lists ${given} numbers for ${classes.length} classes (${classes.join(', ')})`,
    hint: 'give one number per class, in this order, or a table by class name',
    details: { classes },
  })

export const unknownClassWeight = (name: string, classes: readonly string[]) => {
  const near = nearest(name, classes)
  return new XpError({
    code: 'XP_CLASS_WEIGHTS',
    exit: 'config',
    message: `classWeights: there is no class "${name}"; the classes are ${classes.join(', ')}`,
    hint: near === undefined ? 'use the names of the classes' : `did you mean "${near}"?`,
    details: { name, classes },
  })
}

export const freezePatternUnmatched = (pattern: string, names: readonly string[]) => {
  const near = nearest(pattern, names)
  return new XpError({
    code: 'XP_FREEZE_UNMATCHED',
    exit: 'config',
    message: `freeze: no parameter of the model matches "${pattern}"`,
    hint:
      near === undefined
        ? `its parameters are named like ${names[0]}; * stands for any text, as in "${names[0]?.split('.')[0]}.*"`
        : `did you mean "${near}"?`,
    details: { pattern },
  })
}

export const nothingToTrain = () =>
  new XpError({
    code: 'XP_NOTHING_TO_TRAIN',
    exit: 'config',
    message: 'freeze leaves no parameter to train',
    hint: 'freeze less: backbone leaves the head',
  })

export const featuresOfAnotherModel = () =>
  new XpError({
    code: 'XP_FEATURES_OF_ANOTHER_MODEL',
    exit: 'data',
    message: 'the features were made by another model than the one whose head is trained',
    hint: 'wire the same model stage into features/backbone and train/head',
  })

export const freezeBesideLora = () =>
  new XpError({
    code: 'XP_FREEZE_BESIDE_LORA',
    exit: 'config',
    message: 'freeze and lora are both given; lora freezes all but its additions and the head',
    hint: 'keep one of them',
  })

export const noTrainStage = (file: string) =>
  new XpError({
    code: 'XP_NO_TRAIN_STAGE',
    exit: 'config',
    message: `${file} has no stage that trains`,
    hint: 'name an experiment with a stage that uses train/…',
    details: { file },
  })

export const backendMissing = (backend: string, from: string, version: string) =>
  new XpError({
    code: 'XP_BACKEND_MISSING',
    exit: 'environment',
    message: `the tfjs backend "${backend}" needs the package ${from}, which is not installed`,
    hint: `run "${installOf(from, version)}", or use "backend: cpu"`,
    details: { backend, package: from },
  })

/** The native packages fetch TensorFlow in their install script. */
const installOf = (from: string, version: string) =>
  `npm install ${from}@${version}${from.includes('tfjs-node') ? ' --ignore-scripts=false' : ''}`

export const backendUnusable = (backend: string, from?: string, cause?: unknown) => {
  const reason = cause instanceof Error ? `: ${cause.message.split('\n')[0]?.trim()}` : ''
  return new XpError({
    code: 'XP_BACKEND_UNUSABLE',
    exit: 'environment',
    message: `the tfjs backend "${backend}" does not start here${reason}`,
    hint: `${from === undefined ? '' : `run "npm rebuild ${from} --ignore-scripts=false", or `}use "backend: cpu", or the engine onnx`,
    details: { backend },
    ...(cause === undefined ? {} : { cause }),
  })
}

export const kernelMissing = (op: string, backend: string) =>
  new XpError({
    code: 'XP_KERNEL_MISSING',
    exit: 'environment',
    message: `the tfjs backend "${backend}" has no kernel for ${op}, which the model needs`,
    hint: 'use the engine onnx, or "backend: cpu" (slow)',
    details: { op, backend },
  })
