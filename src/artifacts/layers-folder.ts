import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { badSavedModel } from '../errors/models.ts'
import { elementCount } from '../std/shape.ts'

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
  const paths = groups.flatMap((group) => group.paths)
  const outside = paths.find((path) => typeof path !== 'string' || !/^[^/\\:\0]+$/.test(path) || path === '..')
  if (outside !== undefined)
    throw badSavedModel(file, `it names ${JSON.stringify(outside)} for its weights, which is no file beside it`)
  const weights = Buffer.concat(await Promise.all(paths.map((path) => bytesOf(join(dir, path)))))
  const entries = groups.flatMap((group) => group.weights)
  const expected = entries.reduce((sum, entry) => sum + bytesOfEntry(entry, file), 0)
  if (weights.length !== expected)
    throw badSavedModel(
      file,
      `its weights are ${expected} bytes, and ${paths.join(', ')} ${paths.length === 1 ? 'has' : 'have together'} ${weights.length}`,
    )
  return { topology: modelTopology, entries, weights }
}

const elementBytes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
}

/** Bytes of one entry in the shards: of what it is quantised to, where it is. */
function bytesOfEntry({ name, shape, dtype, quantization }: WeightEntry, file: string): number {
  const stored = quantization?.dtype ?? dtype
  const bytes = elementBytes[stored]
  if (
    bytes === undefined ||
    !Array.isArray(shape) ||
    !shape.every((length) => Number.isSafeInteger(length) && length >= 0)
  )
    throw badSavedModel(file, `its weight ${JSON.stringify(name)} has the type ${stored} and the shape [${shape}]`)
  return bytes * elementCount(shape)
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
