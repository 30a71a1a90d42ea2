import * as tf from '@tensorflow/tfjs'
import { badLayersModel } from '../../errors/models.ts'
import type { Buffer, Classifier, Parameter, Tensors, TrainingMode, Weights } from '../../registry/engine.ts'
import { decaysByName } from '../decay.ts'
import type { ImageSize } from '../layout.ts'
import { adapt, innermost, type LayerParts, type LayerWeight } from './layer-calls.ts'
import { layersModelType } from './own-config.ts'
import { modelOf, type Serialized } from './topology.ts'

/**
 * The classifier of a model of tf.layers. Its weights are parameters and buffers under the names that tfjs gives them;
 * the dense layer at its end, if there is one, is the head.
 * @param labels undefined while they are not known: then the model may give any number of logits
 * @param where names the model in errors
 * @throws XP_BAD_LAYERS_MODEL, XP_UNSUPPORTED_LAYER
 */
export function layersClassifier(
  topology: Serialized,
  labels: readonly string[] | undefined,
  image: ImageSize,
  where: string,
): Classifier {
  const model = modelOf(topology, 'zeros')
  checkEnds(model, labels?.length, where)
  let mode: TrainingMode | undefined
  const layers = innermost(model as unknown as LayerParts)
  for (const layer of layers) adapt(layer, () => mode)
  const weights = layers.flatMap((layer) => layer.weights)
  checkNames(weights, where)
  const last = outputDense(model)
  const ofHead = new Set((last as unknown as LayerParts | undefined)?.weights ?? [])
  for (const { val } of weights) val.dispose()
  const depths = layers.filter((layer) => layer.weights.some(({ trainable }) => trainable))
  const features =
    last === undefined ? model : tf.model({ inputs: model.inputs, outputs: last.input as tf.SymbolicTensor })
  const apply = (part: tf.LayersModel | tf.layers.Layer, x: tf.Tensor, tensors: Tensors, training?: TrainingMode) => {
    mode = training
    for (const weight of weights) weight.val = tensors[weight.originalName] as tf.Tensor
    try {
      return part.apply(x, { training: training !== undefined }) as tf.Tensor2D
    } finally {
      mode = undefined
    }
  }
  return {
    family: layersModelType,
    image: { ...image, channels: 3 },
    labels: labels ?? [],
    parameters: layers.flatMap((layer) =>
      layer.weights
        .filter(({ trainable }) => trainable)
        .map((weight) => parameterOf(weight, depths.indexOf(layer), ofHead)),
    ),
    buffers: weights
      .filter(({ trainable }) => !trainable)
      .map(({ originalName, shape }): Buffer => ({ name: originalName, shape: shape as number[], dtype: 'float32' })),
    features: (tensors, pixels, training) => apply(features, pixels, tensors, training),
    head: (tensors, x, training) => (last === undefined ? x : apply(last, x, tensors, training)),
  }
}

/** Parameters and buffers as the initializers of a topology draw them. */
export function layersInitialValues(topology: Serialized): Weights {
  const model = modelOf(topology, 'initial')
  const weights = innermost(model as unknown as LayerParts).flatMap((layer) => layer.weights)
  const values = weights.map(
    ({ originalName, val }) => [originalName, (val.dataSync() as Float32Array).slice()] as const,
  )
  for (const { val } of weights) val.dispose()
  return new Map(values)
}

/** Height and width of the images that a model takes; absent where it takes any. */
export function inputSizeOf(topology: Serialized): Partial<ImageSize> {
  const model = modelOf(topology, 'zeros')
  const [, height, width] = model.inputs[0]?.shape ?? []
  for (const layer of innermost(model as unknown as LayerParts)) for (const { val } of layer.weights) val.dispose()
  return { ...(height && { height }), ...(width && { width }) }
}

const parameterOf = (weight: LayerWeight, depth: number, ofHead: ReadonlySet<LayerWeight>): Parameter => ({
  name: weight.originalName,
  shape: weight.shape as number[],
  decay: decaysByName(weight.originalName) && !/(beta|gamma)$/.test(weight.originalName),
  layer: depth,
  head: ofHead.has(weight),
})

function checkNames(weights: readonly LayerWeight[], where: string): void {
  const names = weights.map(({ originalName }) => originalName)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw badLayersModel(where, `two weights are named "${twice}"`, 'give every layer a name of its own')
}

function checkEnds(model: tf.LayersModel, labels: number | undefined, where: string): void {
  const [input, output] = [model.inputs[0]?.shape ?? [], model.outputs[0]?.shape ?? []]
  if (model.inputs.length !== 1 || input.length !== 4 || input[3] !== 3)
    throw badLayersModel(
      where,
      'it does not take one input [height, width, 3]',
      'give the first layer inputShape: [height, width, 3]',
    )
  if (model.outputs.length !== 1 || output.length !== 2 || (labels ?? output[1]) !== output[1]) {
    const found = model.outputs.map(({ shape }) => `[${shape.slice(1)}]`).join(' and ')
    throw badLayersModel(
      where,
      `it gives ${found}, not one number for each of ${labels ?? 'the'} labels`,
      `end it with tf.layers.dense({ units: ${labels ?? 'labels.length'} })`,
    )
  }
}

/** The dense layer whose result is the model's, identities after it aside; undefined when it is another layer. */
function outputDense(model: tf.LayersModel): tf.layers.Layer | undefined {
  let output = model.outputs[0]
  const identity = (layer: tf.layers.Layer) =>
    layer.getClassName() === 'Activation' && layer.getConfig().activation === 'linear'
  while (output !== undefined && identity(output.sourceLayer)) output = output.inputs[0]
  const layer = output?.sourceLayer
  return layer?.getClassName() === 'Dense' && layer.inboundNodes.length === 1 && output?.inputs[0]?.shape.length === 2
    ? layer
    : undefined
}
