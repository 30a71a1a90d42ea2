import type { Digest } from '../std/hash.ts'

/**
 * Shared memory that keeps images after decoding and resizing, 8-bit, by content: filled once up to its bound, never
 * evicted, since a training epoch asks for each image once. Untouched pages cost no memory.
 */
export class FittedCache {
  readonly memory: SharedArrayBuffer | undefined
  readonly #slots: number
  readonly #slotOf = new Map<Digest, number>()
  readonly #filled = new Set<Digest>()

  /** @param imageBytes size of one image, equal for all */
  constructor(bytes: number, imageBytes: number) {
    this.#slots = Math.floor(bytes / imageBytes)
    this.memory = this.#slots > 0 ? new SharedArrayBuffer(this.#slots * imageBytes) : undefined
  }

  /** Where an image is, or may be kept; slot -1 when the cache is full. */
  place(content: Digest): { readonly slot: number; readonly cached: boolean } {
    let slot = this.#slotOf.get(content)
    if (slot === undefined && this.#slotOf.size < this.#slots) {
      slot = this.#slotOf.size
      this.#slotOf.set(content, slot)
    }
    return { slot: slot ?? -1, cached: this.#filled.has(content) }
  }

  /** Says that the image's slot, where it has one, now holds it. */
  filled(content: Digest): void {
    if (this.#slotOf.has(content)) this.#filled.add(content)
  }
}
