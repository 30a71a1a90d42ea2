const mask32 = 0xffffffffn
const mask64 = (1n << 64n) - 1n
const mask128 = (1n << 128n) - 1n
const multiplier = 0x2360ed051fc65da44385df649fccf645n
const poolSize = 4

/**
 * NumPy's `numpy.random.default_rng(seed)`: PCG64 (O'Neill 2014, XSL RR 128/64) seeded by SeedSequence. The same seed
 * gives the same permutations and choices, of fewer than 2³² numbers.
 */
export class NumpyGenerator {
  #state = 0n
  readonly #increment: bigint
  /** The half of the last 64 bits that was not asked for yet. */
  #spare: number | undefined

  /** @param seed a whole number, 0 or above */
  constructor(seed: number) {
    const [stateHigh, stateLow, sequenceHigh, sequenceLow] = seedWords(seed) as [bigint, bigint, bigint, bigint]
    this.#increment = ((((sequenceHigh << 64n) | sequenceLow) << 1n) | 1n) & mask128
    this.#advance()
    this.#state = (this.#state + ((stateHigh << 64n) | stateLow)) & mask128
    this.#advance()
  }

  /** 0 … n − 1 in random order. */
  permutation(n: number): number[] {
    const numbers = Array.from({ length: n }, (_, i) => i)
    return shuffle(numbers, (last) => this.#masked(last))
  }

  /** The given elements in random order. */
  shuffled<T>(elements: readonly T[]): T[] {
    return this.permutation(elements.length).map((i) => elements[i] as T)
  }

  /** `choice(elements, size, replace=False)`, of at most 10,000 elements. */
  choice<T>(elements: readonly T[], size: number): T[] {
    const n = elements.length
    if (size > n || n > 10_000) throw new RangeError(`cannot choose ${size} of ${n} elements`)
    // Floyd's sampling: each turn adds one of the first i + 1, or i itself where that was taken.
    const taken = new Set<number>()
    for (let i = n - size; i < n; i++) {
      const drawn = this.#multiplied(i)
      taken.add(taken.has(drawn) ? i : drawn)
    }
    return shuffle([...taken], (last) => this.#multiplied(last)).map((i) => elements[i] as T)
  }

  /** Uniform in [0, last] by taking as many bits as `last` has until they fit, as NumPy's `random_interval`. */
  #masked(last: number): number {
    const mask = 2 ** (32 - Math.clz32(last)) - 1
    for (;;) {
      const drawn = (this.#uint32() & mask) >>> 0
      if (drawn <= last) return drawn
    }
  }

  /** Uniform in [0, last] by one product (Lemire 2019, arXiv:1805.10941), as NumPy's `random_bounded_uint64`. */
  #multiplied(last: number): number {
    if (last === 0) return 0
    const n = BigInt(last + 1)
    const threshold = (mask32 - BigInt(last)) % n
    let product = BigInt(this.#uint32()) * n
    while ((product & mask32) < threshold) product = BigInt(this.#uint32()) * n
    return Number(product >> 32n)
  }

  #uint32(): number {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined) return spare
    this.#advance()
    const folded = (this.#state >> 64n) ^ (this.#state & mask64)
    const turn = this.#state >> 122n
    const bits = ((folded >> turn) | (folded << (64n - turn))) & mask64
    this.#spare = Number(bits >> 32n)
    return Number(bits & mask32)
  }

  #advance(): void {
    this.#state = (this.#state * multiplier + this.#increment) & mask128
  }
}

/** Fisher and Yates's, from the end; `upTo` draws from [0, last]. */
function shuffle(numbers: number[], upTo: (last: number) => number): number[] {
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = upTo(i)
    const [a, b] = [numbers[i] as number, numbers[j] as number]
    numbers[i] = b
    numbers[j] = a
  }
  return numbers
}

/** A hash whose constant moves on with each use. */
function hashing(constant: number, factor: number): (value: number) => number {
  let current = constant
  return (value) => {
    const mixed = value ^ current
    current = Math.imul(current, factor)
    const product = Math.imul(mixed, current)
    return product ^ (product >>> 16)
  }
}

function mix(a: number, b: number): number {
  const difference = Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)
  return difference ^ (difference >>> 16)
}

/** Four 64-bit words of NumPy's SeedSequence. */
function seedWords(seed: number): bigint[] {
  const entropy: number[] = []
  for (let rest = BigInt(seed); rest > 0n || entropy.length === 0; rest >>= 32n) entropy.push(Number(rest & mask32))
  const hash = hashing(0x43b0d7e5, 0x931e8875)
  const pool = Array.from({ length: poolSize }, (_, i) => hash(entropy[i] ?? 0))
  for (let from = 0; from < poolSize; from++)
    for (let to = 0; to < poolSize; to++)
      if (from !== to) pool[to] = mix(pool[to] as number, hash(pool[from] as number))
  const output = hashing(0x8b51f9dd, 0x58f38ded)
  const words = Array.from({ length: 8 }, (_, i) => BigInt(output(pool[i % poolSize] as number) >>> 0))
  return Array.from({ length: 4 }, (_, i) => (words[2 * i] as bigint) | ((words[2 * i + 1] as bigint) << 32n))
}
