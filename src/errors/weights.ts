import { nearest } from './nearest.ts'
import { XpError } from './xp-error.ts'

const inTensor = (tensor: string | undefined) => (tensor === undefined ? '' : `, tensor ${JSON.stringify(tensor)}`)

const listed = (items: readonly string[], most = 8) =>
  items.slice(0, most).join(', ') + (items.length > most ? `, and ${items.length - most} more` : '')

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

export const unsupportedModelType = (where: string, modelType: unknown, supported: readonly string[]) => {
  const near = typeof modelType === 'string' ? nearest(modelType, supported) : undefined
  return new XpError({
    code: 'XP_UNSUPPORTED_MODEL_TYPE',
    exit: 'data',
    message: `${where}: model_type ${JSON.stringify(modelType) ?? 'is absent and'} is not supported`,
    hint: `supported: ${supported.join(', ')}${near === undefined ? '' : `; the nearest is ${near}`}`,
    details: { file: where, supported },
  })
}

export const unknownTimm = (where: string, architecture: string, examples: readonly string[]) =>
  new XpError({
    code: 'XP_UNSUPPORTED_MODEL_TYPE',
    exit: 'data',
    message: `${where}: timm's architecture ${JSON.stringify(architecture)} is not supported`,
    hint: `supported are the families of ${examples.join(', ')}`,
    details: { file: where, architecture },
  })

export const unsupportedTimm = (where: string, architecture: string, why: string) =>
  new XpError({
    code: 'XP_TIMM_VARIANT',
    exit: 'data',
    message: `${where}: timm's ${architecture} cannot be read as it is: ${why}`,
    hint: 'use the plain model of that family, or the checkpoint that Hugging Face has of it',
    details: { file: where, architecture },
  })

export const noConfigBeside = (file: string) =>
  new XpError({
    code: 'XP_NO_CONFIG_BESIDE',
    exit: 'data',
    message: `${file} has no config.json beside it, which says what model its tensors belong to`,
    hint: "put the config.json of the checkpoint, Hugging Face's or timm's, into the same folder",
    details: { file },
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

export const sizesDoNotDivide = (divisor: string, small: number, dividend: string, large: number) =>
  new XpError({
    code: 'XP_SIZES_DO_NOT_DIVIDE',
    exit: 'config',
    message: `model/vit: ${divisor} ${small} does not divide ${dividend} ${large}`,
    hint: `${divisor} values that do: ${divisorsOf(large).join(', ')}`,
    details: { [divisor]: small, [dividend]: large },
  })

const divisorsOf = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0)

export const noWeightsFolder = (dir: string, hint: string) =>
  new XpError({
    code: 'XP_NO_WEIGHTS_FOLDER',
    exit: 'data',
    message: `there is no folder ${dir}`,
    hint,
    details: { dir },
  })

export const noSafetensors = (dir: string, names: readonly string[]) => {
  const pickled = names.find((name) => /\.(bin|pt|pth|ckpt)$/.test(name))
  const hint =
    pickled !== undefined
      ? `${pickled} is a pickle, which can run code when it is opened, so it is not read; convert it in Python: AutoModelForImageClassification.from_pretrained(folder).save_pretrained(folder)`
      : 'download model.safetensors into it, or save the model with save_pretrained'
  return new XpError({
    code: 'XP_NO_SAFETENSORS',
    exit: 'data',
    message: `${dir} has no model.safetensors`,
    hint,
    details: { dir },
  })
}

export const noSafetensorsInRepo = (repo: string, pickled: string | undefined) =>
  new XpError({
    code: 'XP_NO_SAFETENSORS',
    exit: 'data',
    message: `${repo} has no model.safetensors`,
    hint:
      pickled === undefined
        ? 'name a repository, or a folder in one, that holds config.json and model.safetensors'
        : `${pickled} is a pickle, which can run code when it is opened, so it is not read; the pull requests of many such repositories hold a converted copy: hf://owner/name@refs/pr/1`,
    details: { repo },
  })

export const unreadableWeights = (file: string, code: string | undefined) =>
  new XpError({
    code: 'XP_UNREADABLE_WEIGHTS',
    exit: 'data',
    message: `${file} cannot be read (${code})`,
    hint:
      code === 'ENOENT'
        ? 'it is a link to a file that is not there: download it again'
        : 'make it a file that you may read',
    details: { file },
  })

export const badShardIndex = (file: string, what: string) =>
  new XpError({
    code: 'XP_BAD_SHARD_INDEX',
    exit: 'data',
    message: `${file}: ${what}`,
    hint: 'take the index and all of its shards from the same checkpoint: download or export them again',
    details: { file },
  })

export const missingShards = (index: string, shards: readonly string[]) =>
  new XpError({
    code: 'XP_MISSING_SHARDS',
    exit: 'data',
    message: `${index} names weights that are not beside it: ${listed(shards)}`,
    hint: 'download the missing files into the same folder',
    details: { index, shards },
  })

export const headMissing = (file: string) =>
  new XpError({
    code: 'XP_HEAD_MISSING',
    exit: 'data',
    message: `${file} has no classification head to keep`,
    hint: 'set head: new (or auto, which makes one when there is none)',
    details: { file },
  })

export const headLabelMismatch = (file: string, checkpoint: number, dataset: number) =>
  new XpError({
    code: 'XP_HEAD_LABEL_MISMATCH',
    exit: 'data',
    message: `${file} has a head for ${checkpoint} labels, the dataset has ${dataset} classes`,
    hint: 'set head: new to replace the head with a fresh one',
    details: { file, checkpoint, dataset },
  })

export const wrongTensors = (
  file: string,
  found: {
    readonly missing: readonly string[]
    readonly mismatched: readonly {
      readonly name: string
      readonly expected: readonly number[]
      readonly found: readonly number[]
    }[]
    readonly unexpected: readonly string[]
  },
) => {
  const { missing, mismatched, unexpected } = found
  const shapes = mismatched.map((m) => `${m.name} is [${m.found}] instead of [${m.expected}]`)
  const parts = [
    missing.length > 0 ? `missing: ${listed(missing)}` : '',
    shapes.length > 0 ? `wrong shape: ${listed(shapes)}` : '',
    unexpected.length > 0 ? `unexpected: ${listed(unexpected)}` : '',
  ]
  return new XpError({
    code: 'XP_WRONG_TENSORS',
    exit: 'data',
    message: `${file} does not fit its config.json; ${parts.filter((p) => p !== '').join('; ')}`,
    hint: 'take config.json and model.safetensors from the same checkpoint',
    details: { file, ...found },
  })
}

export const nonFiniteWeights = (file: string, names: readonly string[]) =>
  new XpError({
    code: 'XP_NON_FINITE_WEIGHTS',
    exit: 'data',
    message: `${file} holds NaN or infinity in ${listed(names)}`,
    hint: 'the training that made these weights diverged: use an earlier checkpoint',
    details: { file, tensors: names },
  })
