import type { Buffer, Parameter, Weights } from '../registry/engine.ts'
import { Mt19937 } from '../std/mt19937.ts'
import { elementCount } from '../std/shape.ts'
import { fillNormal, fillTruncatedNormal } from '../std/torch-normal.ts'

/** How a parameter comes to its first values. */
export interface InitialLaw {
  /** What PyTorch's constructor draws, which never stays. */
  readonly constructed: 'uniform' | 'normal' | 'nothing'
  /** What transformers draws one after the other, at the config's `initializer_range`. */
  readonly drawn: readonly ('normal' | 'truncated')[]
  /** What it holds in the end; the last numbers drawn where it is absent. */
  readonly constant?: number
  /** Tensors of transformers side by side that are one on disk; each is drawn on its own. */
  readonly parts?: number
}

export interface TransformerInitialisation {
  readonly std: number
  lawOf(name: string): InitialLaw
  /** The backbone's parameters in the order in which transformers initialises them. */
  inDrawOrder(backbone: readonly Parameter[]): readonly Parameter[]
}

/**
 * What a classifier of transformers 5.24 holds after `set_seed(seed)`: the backbone is made and initialised, then the
 * head.
 * @param parameters in the order of the modules
 */
export function initialTransformerWeights(
  parameters: readonly Parameter[],
  initialisation: TransformerInitialisation,
  seed: number,
): Weights {
  const generator = new Mt19937(seed)
  const backbone = parameters.filter(({ head }) => !head)
  const head = parameters.filter((parameter) => parameter.head)
  const drawn = new Map<string, Float32Array>()
  for (const [made, order] of [
    [backbone, initialisation.inDrawOrder(backbone)],
    [head, head],
  ] as const) {
    for (const parameter of made) construct(generator, parameter, initialisation)
    for (const parameter of order) drawn.set(parameter.name, draw(generator, parameter, initialisation))
  }
  return new Map(parameters.map(({ name }) => [name, drawn.get(name) as Float32Array]))
}

/** The new head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
export function initialTransformerHead(
  parameters: readonly Parameter[],
  initialisation: TransformerInitialisation,
  seed: number,
): Weights {
  const generator = new Mt19937(seed)
  const head = parameters.filter((parameter) => parameter.head)
  return new Map(head.map((parameter) => [parameter.name, draw(generator, parameter, initialisation)]))
}

/** Patch projection, position table, class token, then the rest: transformers starts with a module's children. */
export function embeddingsInDrawOrder(parameters: readonly Parameter[]): readonly Parameter[] {
  const place = ({ name }: Parameter) => {
    if (name.includes('patch_embeddings')) return 0
    if (name.endsWith('position_embeddings')) return 1
    return name.endsWith('cls_token') ? 2 : 3
  }
  return [...parameters].sort((a, b) => place(a) - place(b))
}

function construct(generator: Mt19937, parameter: Parameter, { lawOf }: TransformerInitialisation): void {
  const { constructed } = lawOf(parameter.name)
  if (constructed === 'uniform') generator.skip(elementCount(parameter.shape))
  if (constructed === 'normal') fillNormal(generator, elementCount(parameter.shape), 0, 1)
}

function draw(generator: Mt19937, parameter: Parameter, { lawOf, std }: TransformerInitialisation): Float32Array {
  const { drawn, constant, parts = 1 } = lawOf(parameter.name)
  const values = new Float32Array(elementCount(parameter.shape))
  const count = values.length / parts
  for (let part = 0; part < parts; part++)
    for (const law of drawn) {
      const numbers =
        law === 'normal' ? fillNormal(generator, count, 0, std) : fillTruncatedNormal(generator, count, std)
      values.set(numbers, part * count)
    }
  return constant === undefined ? values : values.fill(constant)
}

/** Buffers that start at zero. */
export const zeros = (buffers: readonly Buffer[]): readonly (readonly [string, Float32Array])[] =>
  buffers.map(({ name, shape }) => [name, new Float32Array(elementCount(shape))])
