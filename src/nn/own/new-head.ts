import * as tf from '@tensorflow/tfjs'
import { badLayersModel } from '../../errors/models.ts'
import { didYouMean } from '../../errors/nearest.ts'
import { innermost, type LayerParts } from './layer-calls.ts'
import { modelOf, outputActivation, type Serialized, topologyOf, withLogits, withUnits } from './topology.ts'

/**
 * The topology with a new dense layer of `units` at its end: in the place of the dense layer there, or behind
 * `featureLayer`, or behind the whole of a model that has no head. What is left of height and width is averaged first.
 * @param where names the model in errors
 * @throws XP_BAD_LAYERS_MODEL
 */
export function withNewHead(
  topology: Serialized,
  featureLayer: string | undefined,
  units: number,
  where: string,
): Serialized {
  if (featureLayer === undefined) {
    const activation = outputActivation(topology)
    // Behind any other activation are features, to which a head may be put.
    const resized = /^(linear|softmax|logSoftmax)$/.test(activation)
      ? withUnits(withLogits(topology, where), units)
      : undefined
    if (resized !== undefined) return resized
    if (activation === 'softmax')
      throw badLayersModel(
        where,
        'it does not end in a dense layer, so it is not known where a new head belongs',
        'name the layer that it is to follow: featureLayer',
      )
  }
  const model = modelOf(topology, 'zeros')
  try {
    const features = featuresOf(model, featureLayer, where)
    const names = new Set(model.layers.map(({ name }) => name))
    const free = (name: string): string => (names.has(name) ? free(`${name}_new`) : name)
    const pooled =
      features.shape.length === 4
        ? (tf.layers.globalAveragePooling2d({ name: free('pool') }).apply(features) as tf.SymbolicTensor)
        : features
    if (pooled.shape.length !== 2)
      throw badLayersModel(
        where,
        `${featureLayer ?? 'its output'} gives [${features.shape.slice(1)}], which no dense layer can follow`,
        'name a layer that gives [height, width, channels] or [channels]: featureLayer',
      )
    const logits = tf.layers.dense({ units, name: free('head') }).apply(pooled) as tf.SymbolicTensor
    return topologyOf(tf.model({ inputs: model.inputs, outputs: logits }))
  } finally {
    for (const { weights } of innermost(model as unknown as LayerParts)) for (const { val } of weights) val.dispose()
  }
}

function featuresOf(model: tf.LayersModel, name: string | undefined, where: string): tf.SymbolicTensor {
  const [output] = model.outputs
  if (model.outputs.length !== 1 || output === undefined)
    throw badLayersModel(where, `it gives ${model.outputs.length} results`, 'save a model that gives one')
  if (name === undefined) return output
  const layer = model.layers.find((candidate) => candidate.name === name)
  if (layer === undefined)
    throw badLayersModel(
      where,
      `it has no layer "${name}" (featureLayer)`,
      didYouMean(
        name,
        model.layers.map((candidate) => candidate.name),
      ),
    )
  return layer.output as tf.SymbolicTensor
}
