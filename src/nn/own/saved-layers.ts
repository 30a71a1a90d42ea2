import * as tf from '@tensorflow/tfjs'
import type { LayersFolder } from '../../artifacts/layers-folder.ts'
import { badSavedModel } from '../../errors/models.ts'
import type { Weights } from '../../registry/engine.ts'
import { innermost, type LayerParts } from './layer-calls.ts'
import { type Serialized, topologyOf } from './topology.ts'

/**
 * A saved model of tf.layers as its topology and weights.
 * @param where names the model in errors
 * @throws XP_BAD_SAVED_MODEL on a topology or weights that tfjs cannot read
 */
export async function savedLayers(
  { topology, entries, weights }: LayersFolder,
  where: string,
): Promise<{ readonly topology: Serialized; readonly weights: Weights }> {
  // Else tfjs greets at the first weight.
  tf.enableProdMode()
  const weightData = weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength) as ArrayBuffer
  const artifacts = { modelTopology: topology, weightSpecs: entries as tf.io.WeightsManifestEntry[], weightData }
  try {
    const model = await tf.loadLayersModel({ load: async () => artifacts })
    const variables = innermost(model as unknown as LayerParts).flatMap((layer) => layer.weights)
    const values = variables.map(({ originalName, val }) => [originalName, Float32Array.from(val.dataSync())] as const)
    for (const { val } of variables) val.dispose()
    return { topology: topologyOf(model), weights: new Map(values) }
  } catch (error) {
    throw badSavedModel(where, (error as Error).message.split('\n')[0] ?? '')
  }
}
