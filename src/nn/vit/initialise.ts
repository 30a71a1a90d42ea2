import type { Parameter, Weights } from '../../registry/engine.ts'
import { Mt19937 } from '../../std/mt19937.ts'
import { elementCount } from '../../std/shape.ts'
import { fillNormal, fillTruncatedNormal } from '../../std/torch-normal.ts'
import type { VitConfig } from './config.ts'

const elements = ({ shape }: Parameter) => elementCount(shape)
const isBias = (name: string) => name.endsWith('.bias')
const isNorm = (name: string) => name.includes('layernorm')
const isPosition = (name: string) => name.endsWith('position_embeddings')
const isClassToken = (name: string) => name.endsWith('cls_token')
const isHead = (name: string) => name.startsWith('classifier.')

/**
 * What transformers 5.24's `ViTForImageClassification(config)` holds after `set_seed(seed)`: the numbers PyTorch's
 * own constructors draw are drawn and dropped, since transformers overwrites them.
 */
export function initialVitWeights(config: VitConfig, parameters: readonly Parameter[], seed: number): Weights {
  const generator = new Mt19937(seed)
  const backbone = parameters.filter(({ name }) => !isHead(name))
  const head = parameters.filter(({ name }) => isHead(name))
  const drawn = new Map<string, Float32Array>()
  dropDefaults(generator, backbone)
  for (const parameter of inDrawOrder(backbone)) drawn.set(parameter.name, draw(generator, parameter, config))
  dropDefaults(generator, head)
  for (const parameter of head) drawn.set(parameter.name, draw(generator, parameter, config))
  return new Map(parameters.map(({ name }) => [name, drawn.get(name) as Float32Array]))
}

/** The new head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
export function initialVitHead(config: VitConfig, parameters: readonly Parameter[], seed: number): Weights {
  const generator = new Mt19937(seed)
  const head = parameters.filter(({ name }) => isHead(name))
  return new Map(head.map((parameter) => [parameter.name, draw(generator, parameter, config)]))
}

/** transformers initialises the patch projection before the parameters of the module around it. */
function inDrawOrder(backbone: readonly Parameter[]): readonly Parameter[] {
  const own = ({ name }: Parameter) => isPosition(name) || isClassToken(name)
  const projection = ({ name }: Parameter) => name.includes('patch_embeddings')
  const rest = backbone.filter((p) => !own(p) && !projection(p))
  return [
    ...backbone.filter(projection),
    ...backbone.filter(({ name }) => isPosition(name)),
    ...backbone.filter(({ name }) => isClassToken(name)),
    ...rest,
  ]
}

function draw(generator: Mt19937, parameter: Parameter, { initializerRange }: VitConfig): Float32Array {
  const count = elements(parameter)
  if (isBias(parameter.name)) return new Float32Array(count)
  if (isNorm(parameter.name)) return new Float32Array(count).fill(1)
  const truncated = isPosition(parameter.name) || isClassToken(parameter.name)
  return (truncated ? fillTruncatedNormal : (g: Mt19937, n: number, std: number) => fillNormal(g, n, 0, std))(
    generator,
    count,
    initializerRange,
  )
}

function dropDefaults(generator: Mt19937, parameters: readonly Parameter[]): void {
  for (const parameter of parameters) {
    if (isNorm(parameter.name)) continue
    if (isPosition(parameter.name) || isClassToken(parameter.name)) fillNormal(generator, elements(parameter), 0, 1)
    else generator.skip(elements(parameter))
  }
}
