import * as tf from '@tensorflow/tfjs'
import { badLayersModel } from '../../errors/models.ts'
import { sha256 } from '../../std/hash.ts'

/** A tf.layers object as its class name and config; layers inside a functional model also have a name and inbound nodes. */
export interface Serialized {
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
  readonly name?: string
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A model's layers and how they are connected, as plain JSON. */
export const topologyOf = (model: tf.LayersModel): Serialized =>
  JSON.parse(JSON.stringify({ className: model.getClassName(), config: model.getConfig() }))

/** The model of a topology; weights are zeros, to be replaced, unless they are wanted as the initializers draw them. */
export function modelOf({ className, config }: Serialized, weights: 'zeros' | 'initial'): tf.LayersModel {
  const make = (className === 'Sequential' ? tf.Sequential : tf.LayersModel) as unknown as {
    fromConfig(cls: unknown, config: unknown, customObjects: object, fastWeightInit: boolean): tf.LayersModel
  }
  return make.fromConfig(make, structuredClone(config), {}, weights === 'zeros')
}

/** Every value, innermost first, as `change` gives it. */
function mapJson(value: unknown, change: (value: unknown, key: string) => unknown, key = ''): unknown {
  if (Array.isArray(value))
    return change(
      value.map((item) => mapJson(item, change)),
      key,
    )
  if (!isObject(value)) return change(value, key)
  const entries = Object.entries(value).map(([name, inner]) => [name, mapJson(inner, change, name)])
  return change(Object.fromEntries(entries), key)
}

/**
 * Layers that tfjs named itself (`dense_Dense7`) numbered from 1 within the model, where tfjs counts all that the process
 * ever made.
 */
export function renumbered(topology: Serialized): Serialized {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  mapJson(topology, (value, key) => {
    const automatic =
      key === 'name' && typeof value === 'string'
        ? /^([a-z0-9_]+_[A-Z]\w*?|sequential_|model|functional|input)(\d+)$/.exec(value)
        : null
    if (automatic !== null && !names.has(value as string)) {
      const stem = automatic[1] as string
      counts.set(stem, (counts.get(stem) ?? 0) + 1)
      names.set(value as string, `${stem}${counts.get(stem)}`)
    }
    return value
  })
  return mapJson(topology, (value) => (typeof value === 'string' ? (names.get(value) ?? value) : value)) as Serialized
}

const random = [
  'GlorotNormal',
  'GlorotUniform',
  'HeNormal',
  'HeUniform',
  'LeCunNormal',
  'LeCunUniform',
  'Orthogonal',
  'RandomNormal',
  'RandomUniform',
  'TruncatedNormal',
  'VarianceScaling',
]

/** Every random initializer without a seed given one, told from `seed` and its place. */
export function seeded(topology: Serialized, seed: number): Serialized {
  let place = 0
  return mapJson(topology, (value, key) => {
    if (!key.endsWith('Initializer') || !isObject(value) || !random.includes(String(value.className))) return value
    const config = isObject(value.config) ? value.config : {}
    const own = Number.parseInt(sha256(`${seed} ${place++}`).slice(0, 7), 16)
    return { ...value, config: { ...config, seed: config.seed ?? own } }
  }) as Serialized
}

/**
 * What a model has beside its functions and no training step here applies, as a warning.
 * @param where names the model
 */
export function ignoredSettings(topology: Serialized, where: string): string | undefined {
  const found = new Set<string>()
  mapJson(topology, (value, key) => {
    if (/(Regularizer|Constraint)$/.test(key) && isObject(value)) found.add(key)
    if (key === 'trainable' && value === false) found.add('trainable: false')
    return value
  })
  if (found.size === 0) return undefined
  return `${where}: not applied: ${[...found].join(', ')}; train/supervised has weightDecay and freeze`
}

const layersOf = ({ config }: Serialized) => config.layers as readonly Serialized[]

const isIdentity = ({ className, config }: Serialized) => className === 'Activation' && config.activation === 'linear'

/** Where in its list the layer stands that makes a model's output, identities after it aside when `skipped`. */
function outputIndex(topology: Serialized, skipped: boolean): number {
  const layers = layersOf(topology)
  const named = (wanted: string) => layers.findIndex(({ name, config }) => (name ?? config.name) === wanted)
  const { outputLayers } = topology.config as { outputLayers?: readonly (readonly [string])[] }
  const first = outputLayers?.[0]?.[0]
  let index = first === undefined ? layers.length - 1 : named(first)
  for (let layer = layers[index]; skipped && layer !== undefined && isIdentity(layer); layer = layers[index]) {
    const { inboundNodes } = layer as { inboundNodes?: readonly (readonly (readonly [string])[])[] }
    const before = inboundNodes?.[0]?.[0]?.[0]
    index = first === undefined || before === undefined ? index - 1 : named(before)
  }
  return index
}

/** The topology with its output layer, innermost in nested models, put through `change`. */
function withOutput(
  topology: Serialized,
  change: (layer: Serialized) => Serialized,
  { skipIdentities = false } = {},
): Serialized {
  const layers = layersOf(topology)
  const index = outputIndex(topology, skipIdentities)
  const layer = layers[index]
  if (layer === undefined) return topology
  const changed = Array.isArray(layer.config.layers) ? withOutput(layer, change, { skipIdentities }) : change(layer)
  return { ...topology, config: { ...topology.config, layers: layers.with(index, changed) } }
}

const activationOf = ({ className, config }: Serialized) =>
  className === 'Softmax' ? 'softmax' : typeof config.activation === 'string' ? config.activation : 'linear'

/** The activation that a model ends in; `linear` where its last layer has none. */
export function outputActivation(topology: Serialized): string {
  let found = 'linear'
  withOutput(topology, (layer) => {
    found = activationOf(layer)
    return layer
  })
  return found
}

/**
 * The topology without the softmax at its end: training and scoring take logits.
 * @param where names the model in errors
 * @throws XP_BAD_LAYERS_MODEL when it ends in what is neither logits nor a softmax
 */
export const withLogits = (topology: Serialized, where: string): Serialized =>
  withOutput(topology, (layer) => {
    const activation = activationOf(layer)
    if (activation === 'linear' || activation === 'logSoftmax') return layer
    if (activation !== 'softmax')
      throw badLayersModel(where, `its last layer ends in ${activation}`, 'let it end in softmax, or in no activation')
    const { name } = layer.config
    return layer.className === 'Softmax' || layer.className === 'Activation'
      ? { ...layer, className: 'Activation', config: { name, activation: 'linear' } }
      : { ...layer, config: { ...layer.config, activation: 'linear' } }
  })

/** The topology with so many units in the dense layer that makes its output, or undefined when another layer does. */
export function withUnits(topology: Serialized, units: number): Serialized | undefined {
  let isDense = false
  const resized = (layer: Serialized): Serialized => {
    isDense = layer.className === 'Dense'
    return isDense ? { ...layer, config: { ...layer.config, units } } : layer
  }
  const changed = withOutput(topology, resized, { skipIdentities: true })
  return isDense ? changed : undefined
}
