import type { Parameter, Weights } from '../registry/engine.ts'
import { Mt19937 } from '../std/mt19937.ts'
import { elementCount } from '../std/shape.ts'
import { fillNormal } from '../std/torch-normal.ts'

export interface StagedInitialisation {
  /** Standard deviation of the weights of linear layers and convolutions. */
  readonly std: number
  /** What a parameter holds that is no weight of a linear layer or convolution, and no bias of one. */
  constantOf(name: string): number
}

const count = ({ shape }: Parameter) => elementCount(shape)
const isWeight = ({ name, shape }: Parameter) => name.endsWith('.weight') && shape.length > 1

/**
 * What transformers 5.24's Swin and ConvNeXt classifiers hold after `set_seed(seed)`. Their encoders initialise
 * themselves as soon as they are made, so their numbers come before those of the embeddings; what PyTorch's own
 * constructors draw is dropped.
 * @param parameters in the order of the modules: embeddings, encoder, norm, head
 */
export function initialStagedWeights(
  parameters: readonly Parameter[],
  initialisation: StagedInitialisation,
  seed: number,
): Weights {
  const generator = new Mt19937(seed)
  const inEmbeddings = ({ name }: Parameter) => /^[^.]+\.embeddings\./.test(name)
  const backbone = parameters.filter(({ head }) => !head)
  const head = parameters.filter((parameter) => parameter.head)
  const drawn = new Map<string, Float32Array>()
  const drawAll = (list: readonly Parameter[]) => {
    for (const parameter of list) drawn.set(parameter.name, draw(generator, parameter, initialisation))
  }
  dropDefaults(generator, backbone)
  drawAll(backbone.filter((parameter) => !inEmbeddings(parameter)))
  drawAll(backbone.filter(inEmbeddings))
  dropDefaults(generator, head)
  drawAll(head)
  return new Map(parameters.map(({ name }) => [name, drawn.get(name) as Float32Array]))
}

/** The new head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
export function initialStagedHead(
  parameters: readonly Parameter[],
  initialisation: StagedInitialisation,
  seed: number,
): Weights {
  const generator = new Mt19937(seed)
  const head = parameters.filter((parameter) => parameter.head)
  return new Map(head.map((parameter) => [parameter.name, draw(generator, parameter, initialisation)]))
}

function draw(generator: Mt19937, parameter: Parameter, { std, constantOf }: StagedInitialisation): Float32Array {
  if (isWeight(parameter)) return fillNormal(generator, count(parameter), 0, std)
  if (parameter.name.endsWith('.bias')) return new Float32Array(count(parameter))
  return new Float32Array(count(parameter)).fill(constantOf(parameter.name))
}

/** PyTorch draws a uniform number for each element of a layer's weight and bias. */
function dropDefaults(generator: Mt19937, parameters: readonly Parameter[]): void {
  const layers = new Set(parameters.filter(isWeight).map(({ name }) => name.slice(0, -'.weight'.length)))
  for (const parameter of parameters)
    if (layers.has(parameter.name.replace(/\.(weight|bias)$/, ''))) generator.skip(count(parameter))
}
