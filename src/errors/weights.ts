import { XpError } from './xp-error.ts'

const inTensor = (tensor: string | undefined) => (tensor === undefined ? '' : `, tensor "${tensor}"`)

export const badSafetensors = (file: string, what: string, tensor?: string) =>
  new XpError({
    code: 'XP_BAD_SAFETENSORS',
    exit: 'data',
    message: `${file}${inTensor(tensor)}: ${what}`,
    hint: 'the file is damaged or not safetensors: download or export it again',
    details: { file, ...(tensor === undefined ? {} : { tensor }) },
  })

export const unsupportedDtype = (file: string, tensor: string, dtype: string, supported: readonly string[]) =>
  new XpError({
    code: 'XP_UNSUPPORTED_DTYPE',
    exit: 'data',
    message: `${file}, tensor "${tensor}": element type ${dtype} is not supported`,
    hint: `supported: ${supported.join(', ')}`,
    details: { file, tensor, dtype },
  })

export const badModelConfig = (where: string, field: string, value: unknown, wanted: string) =>
  new XpError({
    code: 'XP_BAD_MODEL_CONFIG',
    exit: 'data',
    message: `${where}: "${field}" is ${JSON.stringify(value) ?? 'absent'}, but must be ${wanted}`,
    hint: `change "${field}" in ${where}, or use another checkpoint`,
    details: { file: where, field },
  })

export const unsupportedModelType = (where: string, modelType: unknown, supported: readonly string[]) =>
  new XpError({
    code: 'XP_UNSUPPORTED_MODEL_TYPE',
    exit: 'data',
    message: `${where}: model_type ${JSON.stringify(modelType) ?? 'is absent and'} is not supported`,
    hint: `supported: ${supported.join(', ')}`,
    details: { file: where, supported },
  })

export const notAModelFolder = (dir: string) =>
  new XpError({
    code: 'XP_NO_MODEL_FOLDER',
    exit: 'data',
    message: `${dir} is not a folder`,
    hint: 'name the folder that holds config.json and model.safetensors',
    details: { dir },
  })

export const missingModelFile = (dir: string, name: string) =>
  new XpError({
    code: 'XP_MISSING_MODEL_FILE',
    exit: 'data',
    message: `${dir} has no ${name}`,
    hint: 'a model folder holds config.json and model.safetensors, as save_pretrained writes them',
    details: { dir, file: name },
  })

export const malformedJson = (file: string, what: string) =>
  new XpError({
    code: 'XP_MALFORMED_JSON',
    exit: 'data',
    message: `${file}: ${what}`,
    hint: 'download or export the file again',
    details: { file },
  })
