const size = 624
const offset = 397

/**
 * Mersenne Twister (Matsumoto & Nishimura 1998), seeded as NumPy's RandomState, drawn from as PyTorch's CPU generator
 * does: the same seed gives the same permutations and uniform numbers as `torch.manual_seed`.
 */
export class Mt19937 {
  private readonly state = new Uint32Array(size)
  private position = size
  private spareNormal: number | undefined

  /** `seed`: an integer; its low 32 bits count, as in PyTorch. */
  constructor(seed: number) {
    const { state } = this
    state[0] = Number(BigInt.asUintN(32, BigInt(seed)))
    for (let i = 1; i < size; i++) {
      const previous = at(state, i - 1)
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    if (this.position === size) this.refill()
    let y = at(this.state, this.position++)
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  /** Uniform integer in [0, 2⁶⁴): the first draw is the high half. */
  uint64(): bigint {
    const high = BigInt(this.uint32())
    return (high << 32n) | BigInt(this.uint32())
  }

  /** Uniform float32 in [lo, hi), `Tensor.uniform_`. */
  uniform(lo: number, hi: number): number {
    const [from, to] = [Math.fround(lo), Math.fround(hi)]
    // One rounding, as the fused multiply-add PyTorch compiles to.
    return Math.fround((this.uint32() & 0xffffff) * 2 ** -24 * Math.fround(to - from) + from)
  }

  /** Uniform float64 in [0, 1). */
  uniformDouble(): number {
    return Number(this.uint64() & 0x1fffffffffffffn) * 2 ** -53
  }

  /** Standard normal float64 by Box–Muller; every second call answers the spare of the pair. */
  normalDouble(): number {
    const spare = this.spareNormal
    if (spare !== undefined) {
      this.spareNormal = undefined
      return spare
    }
    const angle = 2 * Math.PI * this.uniformDouble()
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniformDouble()))
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Draws `count` 32-bit numbers and drops them. */
  skip(count: number): void {
    let left = count
    while (left > 0) {
      if (this.position === size) this.refill()
      const step = Math.min(left, size - this.position)
      this.position += step
      left -= step
    }
  }

  private refill(): void {
    const { state } = this
    let i = 0
    for (; i < size - offset; i++) state[i] = at(state, i + offset) ^ twist(at(state, i), at(state, i + 1))
    for (; i < size - 1; i++) state[i] = at(state, i + offset - size) ^ twist(at(state, i), at(state, i + 1))
    state[i] = at(state, offset - 1) ^ twist(at(state, i), at(state, 0))
    this.position = 0
  }
}

const twist = (high: number, low: number): number =>
  (((high & 0x80000000) | (low & 0x7fffffff)) >>> 1) ^ (low & 1 ? 0x9908b0df : 0)

const at = (state: Uint32Array, index: number): number => state[index] as number

/** A random order of 0…n−1, `torch.randperm(n, generator)` on the CPU: Fisher–Yates from the front. */
export function randperm(n: number, generator: Mt19937): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.uint32() % (n - i))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
  return order
}
