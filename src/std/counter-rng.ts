/**
 * Random numbers that are a pure function of a seed and counters: the value for (epoch 3, image 17) needs no earlier
 * draw, so order, worker count and resuming cannot change it. Mixing is MurmurHash3's (x86, 32 bit), public domain.
 */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number, length: number): number {
  let h = hash ^ length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const fold = (hash: number, n: number) => mix(mix(hash, n % 0x1_0000_0000), Math.floor(n / 0x1_0000_0000))

const unit = (hash: number, words: number) => finish(hash, 8 * words) / 0x1_0000_0000

/** A uniform number in [0, 1), a multiple of 2^-32, from a seed and counters: whole numbers from 0 to 2^53. */
export const uniformAt = (seed: number, ...counters: readonly number[]): number =>
  unit(counters.reduce(fold, fold(0, seed)), counters.length + 1)

/** The draws 0, 1, 2, … at one point of the counter space. */
export class CounterRng {
  readonly #start: number
  readonly #words: number
  #drawn = 0

  constructor(seed: number, ...counters: readonly number[]) {
    this.#start = counters.reduce(fold, fold(0, seed))
    this.#words = counters.length + 2
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * unit(fold(this.#start, this.#drawn++), this.#words)
  }

  /**
   * Fills an array with `kept` where a draw, in the order of `uniform`, reaches `rate`, and with 0 elsewhere: a mask of
   * dropout. At most 2^32 draws.
   */
  fillMask(mask: Float32Array, rate: number, kept: number): void {
    const [start, length] = [this.#start, 8 * this.#words]
    const limit = rate * 0x1_0000_0000
    const first = this.#drawn
    for (let i = 0; i < mask.length; i++) {
      // The high word of a counter is 0, and its share of the mix is none but the rotation.
      mask[i] = finish(mix(mix(start, (first + i) | 0), 0), length) < limit ? 0 : kept
    }
    this.#drawn = first + mask.length
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform(0, n))
  }
}
