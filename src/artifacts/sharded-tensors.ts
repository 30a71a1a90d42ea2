import { join } from 'node:path'
import { badShardIndex, missingShards } from '../errors/weights.ts'
import { duplicateKey } from '../std/json-keys.ts'
import { locateTensors, type TensorPlace } from '../std/safetensors.ts'
import { parseJsonObject, readTextOf } from './json-file.ts'

/** Names the tensors of weights that are split over several safetensors files, and the file of each. */
export const shardIndexFile = 'model.safetensors.index.json'

/**
 * Where the tensors of a folder with a shard index lie; none is read.
 * @param names of the files in the folder
 * @throws XpError when the index is broken, names what is not a file beside it, or does not agree with a shard
 */
export async function locateShardedTensors(
  dir: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, TensorPlace>> {
  const index = join(dir, shardIndexFile)
  const shardOf = await readWeightMap(index)
  const shards = [...new Set(shardOf.values())].sort()
  const missing = shards.filter((shard) => !names.includes(shard))
  if (missing.length > 0) throw missingShards(index, missing)
  const places = new Map<string, TensorPlace>()
  for (const shard of shards) {
    const { tensors } = await locateTensors(join(dir, shard))
    for (const [name, place] of tensors) {
      const told = shardOf.get(name)
      if (told !== shard)
        throw badShardIndex(
          index,
          `tensor ${JSON.stringify(name)} is in ${shard}, where the index ${told === undefined ? 'does not know it' : `says ${told}`}`,
        )
      places.set(name, place)
    }
  }
  for (const [name, shard] of shardOf)
    if (!places.has(name))
      throw badShardIndex(index, `it says that tensor ${JSON.stringify(name)} is in ${shard}, where it is not`)
  return places
}

/** The shard of each tensor. */
async function readWeightMap(index: string): Promise<ReadonlyMap<string, string>> {
  const text = (await readTextOf(index)) ?? ''
  const json = parseJsonObject(index, text)
  const twice = duplicateKey(text)
  if (twice !== undefined) throw badShardIndex(index, `the key ${JSON.stringify(twice)} stands twice`)
  const { weight_map: map } = json
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw badShardIndex(index, 'it has no "weight_map" from tensor names to files')
  const entries = Object.entries(map as Readonly<Record<string, unknown>>)
  for (const [name, shard] of entries)
    if (typeof shard !== 'string' || !isPlainName(shard))
      throw badShardIndex(
        index,
        `tensor ${JSON.stringify(name)} is said to be in ${JSON.stringify(shard)}, which is not the name of a .safetensors file beside the index`,
      )
  return new Map(entries as [string, string][])
}

/** Of a file in the same folder: nothing that leads elsewhere. */
const isPlainName = (name: string) => /^[^/\\:\0]+\.safetensors$/.test(name)
