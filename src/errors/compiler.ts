import { XpError } from './xp-error.ts'

const instead: Readonly<Record<string, string>> = {
  AvgPool3D: 'treat one axis as examples and use tf.avgPool',
  BatchToSpaceND: 'write it as reshape, transpose and slice',
  Bincount: 'sum tf.oneHot of the numbers',
  Conv3D: 'treat one axis as channels and use tf.conv2d',
  CropAndResize: 'use tf.slice and tf.image.resizeBilinear',
  DenseBincount: 'sum tf.oneHot of the numbers',
  DepthToSpace: 'write it as reshape and transpose',
  Diag: 'multiply tf.eye by the vector',
  Dilation2D: 'use tf.maxPool',
  FFT: 'multiply by the matrix of the transform, real and imaginary part on their own',
  FlipLeftRight: 'use tf.reverse along axis 2',
  MaxPool3D: 'treat one axis as examples and use tf.maxPool',
  MaxPoolWithArgmax: 'use tf.maxPool',
  Multinomial: 'draw the random numbers outside and pass them as an input',
  RotateWithOffset: 'rotate the images before they reach the model',
  SpaceToBatchND: 'write it as pad, reshape and transpose',
  SparseToDense: 'use tf.scatterND',
  TensorScatterUpdate: 'use tf.where with a mask, or add tf.scatterND',
  Transform: 'transform the images before they reach the model',
}

export const noRule = (kernel: string, where: string) =>
  new XpError({
    code: 'XP_NO_RULE',
    exit: 'config',
    message: `the tfjs kernel ${kernel}, called at ${where}, cannot be compiled`,
    hint: instead[kernel] ?? 'write it with ops that compile (one file each in src/compiler/rules)',
    details: { kernel, where },
  })

export const noGradient = (kernel: string, where: string) =>
  new XpError({
    code: 'XP_NO_GRADIENT',
    exit: 'config',
    message: `the tfjs kernel ${kernel}, called at ${where}, has no gradient, but the loss depends on parameters through it`,
    hint: `${withGradient[kernel] ?? 'write it with ops that have a gradient'}, or give it one with tf.customGrad`,
    details: { kernel, where },
  })

const withGradient: Readonly<Record<string, string>> = {
  Cumprod: 'use tf.exp of tf.cumsum of tf.log for positive numbers',
  StridedSlice: 'use tf.slice, or tf.gather with the indices',
}

export const unfitOperands = (kernel: string, where: string, reason: string) =>
  new XpError({
    code: 'XP_UNFIT_OPERANDS',
    exit: 'config',
    message: `the tfjs kernel ${kernel}, called at ${where}, ${reason}`,
    hint: 'compiled models take float32, int32 and bool tensors of fixed shapes',
    details: { kernel, where },
  })

export const readDuringTrace = (op: string, where: string) =>
  new XpError({
    code: 'XP_READ_DURING_TRACE',
    exit: 'config',
    message: `${op}, called at ${where}, reads a tensor's values while the model is being compiled`,
    hint: 'values exist only when the compiled model runs: return the tensor, or choose with tf.where',
    details: { op, where },
  })

export const frozenRandomness = (op: string, where: string) =>
  new XpError({
    code: 'XP_FROZEN_RANDOMNESS',
    exit: 'config',
    message: `${op}, called at ${where}, draws random numbers once, so every step would reuse them`,
    hint: 'a model drops with mode.dropout and mode.dropPath; pass other random numbers as an input',
    details: { op, where },
  })

export const inPlaceHazard = (output: string, input: string, reader: string) =>
  new XpError({
    code: 'XP_IN_PLACE_HAZARD',
    exit: 'config',
    message: `output "${output}" overwrites input "${input}", but ${reader} may read that input afterwards`,
    hint: `let "${output}" depend on that reader, or give it a buffer of its own`,
    details: { output, input, reader },
  })

export const inPlaceMismatch = (output: string, input: string, reason: string) =>
  new XpError({
    code: 'XP_IN_PLACE_MISMATCH',
    exit: 'config',
    message: `output "${output}" cannot overwrite input "${input}": ${reason}`,
    hint: 'pair an output of the graph with an input of the same dtype and shape',
    details: { output, input },
  })

export const duplicateTensorName = (name: string) =>
  new XpError({
    code: 'XP_DUPLICATE_TENSOR_NAME',
    exit: 'config',
    message: `the compiled function has two inputs or outputs named "${name}"`,
    hint: 'give every input and output a name of its own',
    details: { name },
  })
