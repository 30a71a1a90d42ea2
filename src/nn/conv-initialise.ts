import type { Parameter, Weights } from '../registry/engine.ts'
import { Mt19937 } from '../std/mt19937.ts'
import { elementCount } from '../std/shape.ts'
import { defaultWeightBound, kaimingNormal, uniformWithin } from '../std/torch-kaiming.ts'
import { fillNormal } from '../std/torch-normal.ts'

const count = ({ shape }: Parameter) => elementCount(shape)
const isConvolution = ({ shape }: Parameter) => shape.length === 4
/** transformers' default `initializer_range`: its first draw, which the second replaces. */
const replacedStd = 0.02

/**
 * What transformers 5.24 draws after `set_seed(seed)` for a model of convolutions, norms and one linear head
 * (`ResNetPreTrainedModel._init_weights`, `BitPreTrainedModel._init_weights`). PyTorch's constructors draw first, then
 * transformers' general initialisation, then the family's own: only the last numbers stay.
 * @param parameters in the order of the modules
 */
export function initialConvWeights(parameters: readonly Parameter[], seed: number): Weights {
  const generator = new Mt19937(seed)
  const backbone = parameters.filter(({ head }) => !head)
  for (const parameter of backbone) if (isConvolution(parameter)) generator.skip(count(parameter))
  const weights = new Map(backbone.map((parameter) => [parameter.name, drawn(generator, parameter)]))
  const head = parameters.filter((parameter) => parameter.head)
  for (const parameter of head) generator.skip(count(parameter))
  for (const [name, data] of drawHead(generator, head)) weights.set(name, data)
  return weights
}

/** The new head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
export const initialConvHead = (parameters: readonly Parameter[], seed: number): Weights =>
  drawHead(
    new Mt19937(seed),
    parameters.filter(({ head }) => head),
  )

function drawn(generator: Mt19937, parameter: Parameter): Float32Array {
  const size = count(parameter)
  if (!isConvolution(parameter)) return new Float32Array(size).fill(parameter.name.endsWith('.bias') ? 0 : 1)
  fillNormal(generator, size, 0, replacedStd)
  return kaimingNormal(generator, parameter.shape)
}

/** A linear layer's weight `[out, in]` and bias `[out]` as PyTorch's constructor draws them. */
function drawHead(generator: Mt19937, head: readonly Parameter[]): Map<string, Float32Array> {
  const [weight, bias] = head as readonly [Parameter, Parameter]
  const inputs = weight.shape[1] as number
  fillNormal(generator, count(weight), 0, replacedStd)
  return new Map([
    [weight.name, uniformWithin(generator, count(weight), defaultWeightBound(inputs))],
    [bias.name, uniformWithin(generator, count(bias), 1 / Math.sqrt(inputs))],
  ])
}
