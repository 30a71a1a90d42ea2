import type { DeviceTensor, Executor } from '../../compiler/executor.ts'
import type { Weights } from '../../registry/engine.ts'
import { elementCount } from '../../std/shape.ts'

/** Elements that a parameter's place is a multiple of: 64 bytes, a cache line. */
const alignment = 16
const aligned = (elements: number) => Math.ceil(elements / alignment) * alignment

/** How an update treats a parameter. */
export interface UpdateRule {
  readonly decay: boolean
  readonly learningRateFactor: number
}

/** What a slab holds: a tensor by name. */
export interface SlabTensor extends UpdateRule {
  readonly name: string
  readonly shape: readonly number[]
}

/** A run of a slab whose tensors share one rule. */
export interface SlabPart extends UpdateRule {
  readonly offset: number
  readonly length: number
}

/** A tensor in a slab; `offset` and `length` in elements. */
export interface PlacedTensor extends SlabTensor, SlabPart {}

/** Where each tensor lies in one vector: tensors of one rule side by side. */
export interface SlabLayout {
  readonly tensors: readonly PlacedTensor[]
  readonly parts: readonly SlabPart[]
  /** Elements in all. */
  readonly size: number
}

export function slabLayout(tensors: readonly SlabTensor[]): SlabLayout {
  const groups = new Map<string, SlabTensor[]>()
  for (const tensor of tensors) {
    const key = `${tensor.decay} ${tensor.learningRateFactor}`
    const group = groups.get(key) ?? []
    groups.set(key, group)
    group.push(tensor)
  }
  let end = 0
  const placed: PlacedTensor[] = []
  const parts = [...groups.values()].map((group) => {
    const offset = end
    for (const tensor of group) {
      const length = elementCount(tensor.shape)
      placed.push({ ...tensor, offset: end, length })
      end += aligned(length)
    }
    const [{ decay, learningRateFactor }] = group as [SlabTensor]
    return { decay, learningRateFactor, offset, length: end - offset }
  })
  return { tensors: placed, parts, size: end }
}

/** The layout of tensors that nothing updates. */
export const fixedLayout = (tensors: readonly Omit<SlabTensor, keyof UpdateRule>[]): SlabLayout =>
  slabLayout(tensors.map(({ name, shape }) => ({ name, shape, decay: false, learningRateFactor: 0 })))

/**
 * One vector that holds a tensor per parameter, so that all of them are one buffer to an optimiser; where an executor's
 * memory has no parts, a tensor each.
 */
export class ParameterSlab {
  readonly #owned: readonly DeviceTensor[]
  readonly #tensors: ReadonlyMap<string, DeviceTensor>
  readonly #part: (part: SlabPart) => DeviceTensor

  constructor(executor: Executor, { tensors, size }: SlabLayout) {
    if (executor.divisible) {
      const whole = executor.allocate('float32', [size])
      this.#owned = [whole]
      this.#tensors = new Map(tensors.map(({ name, shape, offset }) => [name, whole.part(offset, shape)]))
      this.#part = ({ offset, length }) => whole.part(offset, [length])
    } else {
      this.#tensors = new Map(tensors.map(({ name, shape }) => [name, executor.allocate('float32', shape)]))
      this.#owned = [...this.#tensors.values()]
      const names = new Map(tensors.map(({ name, offset }) => [offset, name]))
      this.#part = ({ offset, length }) => this.tensor(names.get(offset) ?? '').part(0, [length])
    }
  }

  /** A tensor by name, in its shape. */
  tensor(name: string): DeviceTensor {
    const found = this.#tensors.get(name)
    if (found === undefined) throw new Error(`no tensor is named "${name}"`)
    return found
  }

  /** A run of the slab as a vector. */
  part(part: SlabPart): DeviceTensor {
    return this.#part(part)
  }

  set(values: Weights): void {
    for (const [name, tensor] of this.#tensors) {
      const value = values.get(name)
      const wanted = elementCount(tensor.shape)
      if (value?.length !== wanted) throw new Error(`"${name}" has ${value?.length ?? 'no'} elements, not ${wanted}`)
      tensor.write(value)
    }
  }

  copy(): Weights {
    return new Map([...this.#tensors].map(([name, tensor]) => [name, tensor.read() as Float32Array]))
  }

  dispose(): void {
    for (const tensor of this.#owned) tensor.dispose()
  }
}
