import { XpError } from './xp-error.ts'

export const oneValuePerChannel = (name: string) =>
  new XpError({
    code: 'XP_ONE_VALUE_PER_CHANNEL',
    exit: 'config',
    message: `the batch normalisation ${name} sees one value per channel, which has no variance to normalise with`,
    hint: 'train with larger images, or with a batch size that leaves no batch of one image',
    details: { name },
  })

export const modelFileFailed = (where: string, message: string) =>
  new XpError({
    code: 'XP_MODEL_FILE_FAILED',
    exit: 'config',
    message: `${where}: ${message}`,
    hint: 'correct the model file; it is run as it stands, without a build step',
    details: { where },
  })

export const modelImport = (where: string, name: string) =>
  new XpError({
    code: 'XP_MODEL_IMPORT',
    exit: 'config',
    message: `${where}: a model file cannot import "${name}"`,
    hint: 'only @tensorflow/tfjs and xp: the content of this one file tells whether results are reused, so all code must be in it',
    details: { where, name },
  })

export const noModelExported = (file: string) =>
  new XpError({
    code: 'XP_NO_MODEL_EXPORTED',
    exit: 'config',
    message: `${file}: the default export is neither a function nor a tf.layers model`,
    hint: 'export default defineModel(({ labels, image, tf }) => …), or export default tf.sequential(…)',
    details: { file },
  })

export const badOwnModel = (file: string, what: string) =>
  new XpError({
    code: 'XP_BAD_OWN_MODEL',
    exit: 'config',
    message: `${file}: ${what}`,
    hint: 'a model has features and head, each with parameters and forward; see docs/own-models.md',
    details: { file },
  })

export const idleParameters = (file: string, names: readonly string[]) =>
  new XpError({
    code: 'XP_IDLE_PARAMETERS',
    exit: 'config',
    message: `${file}: the logits do not depend on ${names.join(', ')}, so there is no gradient to train with`,
    hint: 'use them in forward, or take them off the parameters',
    details: { file, names: names.join(', ') },
  })

export const noTrainingStep = (file: string, message: string) =>
  new XpError({
    code: 'XP_NO_TRAINING_STEP',
    exit: 'config',
    message: `${file}: tfjs cannot make the gradient of the loss: ${message}`,
    hint: 'write that part of the model with other ops or layers',
    details: { file },
  })

export const badLayersModel = (where: string, what: string, hint: string) =>
  new XpError({ code: 'XP_BAD_LAYERS_MODEL', exit: 'config', message: `${where}: ${what}`, hint, details: { where } })

export const badSavedModel = (file: string, what: string) =>
  new XpError({
    code: 'XP_BAD_SAVED_MODEL',
    exit: 'data',
    message: `${file}: ${what}`,
    hint: 'name the folder that model.save of tf.layers, or the converter of tensorflowjs for Keras 2, wrote: model.json and its shards',
    details: { file },
  })

export const ownModelAsCheckpoint = (where: string, modelType: string) =>
  new XpError({
    code: 'XP_OWN_MODEL_AS_CHECKPOINT',
    exit: 'config',
    message: `${where}: a model of model_type "${modelType}" is no checkpoint to start from`,
    hint: 'start with model/function or model/layers, and connect the stages that use the model to it',
    details: { where },
  })

export const unsupportedLayer = (layer: string, className: string, reason: string) =>
  new XpError({
    code: 'XP_UNSUPPORTED_LAYER',
    exit: 'config',
    message: `the layer "${layer}" (${className}) cannot be trained here: ${reason}`,
    hint: 'leave it out, or use another layer in its place',
    details: { layer, className },
  })

export const fixedImageSize = (where: string, made: string, asked: string) =>
  new XpError({
    code: 'XP_FIXED_IMAGE_SIZE',
    exit: 'config',
    message: `${where}: the model takes images of ${made} pixels, not of ${asked}`,
    hint: `prepare the images at ${made}, or make the model for ${asked}`,
    details: { where },
  })
