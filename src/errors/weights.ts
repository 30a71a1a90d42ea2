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
