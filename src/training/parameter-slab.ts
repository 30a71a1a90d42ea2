import type { Weights } from '../registry/engine.ts'
import { elementCount } from '../std/shape.ts'

/** Elements that a parameter's place is a multiple of: 64 bytes, a cache line. */
const alignment = 16
const aligned = (elements: number) => Math.ceil(elements / alignment) * alignment

/** What a slab holds: a tensor by name. */
export interface SlabTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly decay: boolean
}

/** Where each tensor lies in one vector: those with weight decay first, then the others. */
export interface SlabLayout {
  readonly parameters: readonly (SlabTensor & { readonly offset: number; readonly size: number })[]
  /** Elements of the part with weight decay. */
  readonly decayed: number
  /** Elements in all. */
  readonly size: number
}

export function slabLayout(parameters: readonly SlabTensor[]): SlabLayout {
  let end = 0
  const place = (parameter: SlabTensor) => {
    const size = elementCount(parameter.shape)
    const offset = end
    end += aligned(size)
    return { ...parameter, offset, size }
  }
  const first = parameters.filter((p) => p.decay).map(place)
  const decayed = end
  const rest = parameters.filter((p) => !p.decay).map(place)
  return { parameters: [...first, ...rest], decayed, size: end }
}

/** One vector that holds a tensor per parameter, so that all of them are one buffer to an optimiser. */
export class ParameterSlab {
  readonly data: Float32Array
  readonly #views: ReadonlyMap<string, Float32Array>

  constructor(layout: SlabLayout) {
    this.data = new Float32Array(layout.size)
    this.#views = new Map(
      layout.parameters.map(({ name, offset, size }) => [name, this.data.subarray(offset, offset + size)]),
    )
  }

  /** A parameter's elements, in the slab's memory. */
  view(name: string): Float32Array {
    const found = this.#views.get(name)
    if (found === undefined) throw new Error(`no parameter is named "${name}"`)
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
