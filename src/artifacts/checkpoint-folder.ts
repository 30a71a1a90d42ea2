import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  noConfigBeside,
  noSafetensors,
  notAModelFolder,
  noWeightsFolder,
  unreadableWeights,
  unsupportedDtype,
} from '../errors/weights.ts'
import { locateTensors, type TensorPlace } from '../std/safetensors.ts'
import { modelFiles, type PreprocessorConfig, readConfig, readPreprocessor } from './model.ts'
import { locateShardedTensors, shardIndexFile } from './sharded-tensors.ts'

/** What a local Hugging Face folder says of itself; its tensors are not read. */
export interface CheckpointFolder {
  /** The content of `config.json`: Hugging Face's, or another library's. */
  readonly config: Readonly<Record<string, unknown>>
  readonly preprocessor: PreprocessorConfig | undefined
  /** The file that holds the tensors, or the index of the files that do. */
  readonly file: string
  /** By their names in the file. */
  readonly tensors: ReadonlyMap<string, TensorPlace>
}

/** Whole numbers are counters, such as BatchNorm's `num_batches_tracked`. */
const readableTypes = ['F32', 'F16', 'BF16', 'F64', 'I64']

/**
 * @param weights name of the file that holds the tensors, where it is not the usual one
 * @throws XpError when a file is missing or broken, or a tensor is of a type that holds no weights
 */
export async function openCheckpoint(dir: string, weights?: string): Promise<CheckpointFolder> {
  const names = await filesOf(dir)
  if (weights !== undefined && !names.includes(modelFiles.config)) throw noConfigBeside(join(dir, weights))
  const config = await readConfig(dir)
  const name = weights ?? [modelFiles.weights, shardIndexFile].find((known) => names.includes(known))
  if (name === undefined) throw noSafetensors(dir, names)
  const file = join(dir, name)
  try {
    const tensors =
      name === shardIndexFile ? await locateShardedTensors(dir, names) : (await locateTensors(file)).tensors
    for (const [tensor, { file: holder, dtype }] of tensors)
      if (!readableTypes.includes(dtype)) throw unsupportedDtype(holder, tensor, dtype, readableTypes)
    return { config, preprocessor: await readPreprocessor(dir), file, tensors }
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw unreadableWeights(path ?? file, code)
    throw error
  }
}

async function filesOf(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw noWeightsFolder(dir, absentCheckpointHint(dir))
    if (code === 'ENOTDIR') throw notAModelFolder(dir)
    throw error
  }
}

/** What to do about a checkpoint folder that does not exist: a path that ends like a hub id may be meant as one. */
export function absentCheckpointHint(dir: string): string {
  const local = 'weights are a Hugging Face folder on this machine, or a model on the hub (owner/name)'
  const id = `${basename(dirname(dir))}/${basename(dir)}`
  return existsSync(dirname(dir)) ? local : `${local}; if ${id} is a model on the hub, write ${id}`
}
