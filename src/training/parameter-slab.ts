import type { Weights } from '../registry/engine.ts'
import { elementCount } from '../std/shape.ts'

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

/** Where each tensor lies in one vector: tensors of one rule side by side. */
export interface SlabLayout {
  readonly tensors: readonly { readonly name: string; readonly offset: number; readonly size: number }[]
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
  const placed: SlabLayout['tensors'][number][] = []
  const parts = [...groups.values()].map((group) => {
    const offset = end
    for (const { name, shape } of group) {
      const size = elementCount(shape)
      placed.push({ name, offset: end, size })
      end += aligned(size)
    }
    const [{ decay, learningRateFactor }] = group as [SlabTensor]
    return { decay, learningRateFactor, offset, length: end - offset }
  })
  return { tensors: placed, parts, size: end }
}

/** The layout of tensors that nothing updates. */
export const fixedLayout = (tensors: readonly Omit<SlabTensor, keyof UpdateRule>[]): SlabLayout =>
  slabLayout(tensors.map(({ name, shape }) => ({ name, shape, decay: false, learningRateFactor: 0 })))

/** One vector that holds a tensor per parameter, so that all of them are one buffer to an optimiser. */
export class ParameterSlab {
  readonly data: Float32Array
  readonly #views: ReadonlyMap<string, Float32Array>

  constructor(layout: SlabLayout) {
    this.data = new Float32Array(layout.size)
    this.#views = new Map(
      layout.tensors.map(({ name, offset, size }) => [name, this.data.subarray(offset, offset + size)]),
    )
  }

  /** A tensor's elements, in the slab's memory. */
  view(name: string): Float32Array {
    const found = this.#views.get(name)
    if (found === undefined) throw new Error(`no tensor is named "${name}"`)
    return found
  }

  set(values: Weights): void {
    for (const [name, view] of this.#views) {
      const value = values.get(name)
      if (value?.length !== view.length) {
        throw new Error(`"${name}" has ${value?.length ?? 'no'} elements, not ${view.length}`)
      }
      view.set(value)
    }
  }

  copy(): Weights {
    return new Map([...this.#views].map(([name, view]) => [name, view.slice()]))
  }
}
