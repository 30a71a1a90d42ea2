import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { badSavedModel } from '../errors/models.ts'

/** The description in a folder that `tf.LayersModel.save` wrote. */
export const layersModelFile = 'model.json'

export interface WeightEntry {
  readonly name: string
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32' | 'bool' | 'string' | 'complex64'
  readonly quantization?: {
    readonly scale?: number
    readonly min?: number
    readonly dtype: 'uint16' | 'uint8' | 'float16'
  }
}

/** A saved model of tf.layers: its topology, and the bytes of its weights in the order of their entries. */
export interface LayersFolder {
  readonly topology: object
  readonly entries: readonly WeightEntry[]
  readonly weights: Uint8Array
}

interface ModelJson {
  readonly format?: unknown
  readonly modelTopology?: unknown
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightEntry[] }[]
}

/**
 * Reads `model.json` and the shards that it names beside it.
 * @throws XP_BAD_SAVED_MODEL when a file is missing or broken, or the model is not one of tf.layers
 */
export async function readLayersFolder(dir: string): Promise<LayersFolder> {
  const file = join(dir, layersModelFile)
  const { format, modelTopology, weightsManifest } = parse(file, await bytesOf(file))
  if (format === 'graph-model')
    throw badSavedModel(file, 'it is a graph model, whose weights are frozen constants; only a layers model trains')
  if (typeof modelTopology !== 'object' || modelTopology === null || !Array.isArray(weightsManifest))
    throw badSavedModel(file, 'it has no modelTopology and weightsManifest')
  const groups = weightsManifest as NonNullable<ModelJson['weightsManifest']>
  const shards = await Promise.all(groups.flatMap(({ paths }) => paths).map((path) => bytesOf(join(dir, path))))
  return { topology: modelTopology, entries: groups.flatMap(({ weights }) => weights), weights: Buffer.concat(shards) }
}

function parse(file: string, bytes: Uint8Array): ModelJson {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as ModelJson
  } catch (error) {
    throw badSavedModel(file, (error as Error).message)
  }
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    throw badSavedModel(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
