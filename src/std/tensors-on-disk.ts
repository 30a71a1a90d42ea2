import { asFloat32, readTensor, type TensorPlace } from './safetensors.ts'

/**
 * Float32 tensors by name, each read from its file whenever it is asked for: however large they are together, no more
 * than one is in memory. Small ones may be held instead.
 */
export class TensorsOnDisk implements ReadonlyMap<string, Float32Array> {
  readonly #places: ReadonlyMap<string, TensorPlace | Float32Array>

  constructor(places: ReadonlyMap<string, TensorPlace | Float32Array>) {
    this.#places = places
  }

  get size(): number {
    return this.#places.size
  }

  get(name: string): Float32Array | undefined {
    const place = this.#places.get(name)
    return place === undefined || place instanceof Float32Array ? place : asFloat32(readTensor(place))
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  keys(): MapIterator<string> {
    return this.#places.keys()
  }

  *entries(): MapIterator<[string, Float32Array]> {
    for (const name of this.keys()) yield [name, this.get(name) as Float32Array]
  }

  *values(): MapIterator<Float32Array> {
    for (const [, values] of this.entries()) yield values
  }

  [Symbol.iterator](): MapIterator<[string, Float32Array]> {
    return this.entries()
  }

  forEach(callback: (values: Float32Array, name: string, map: ReadonlyMap<string, Float32Array>) => void): void {
    for (const [name, values] of this.entries()) callback(values, name, this)
  }
}
