/** Sets of the numbers 0 … n−1, at first each alone; sets can be joined (Galler and Fischer 1964). */
export class DisjointSets {
  readonly #parent: Int32Array

  constructor(n: number) {
    this.#parent = Int32Array.from({ length: n }, (_, i) => i)
  }

  /** The smallest number in the set of `i`. */
  first(i: number): number {
    let at = i
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at] as number] as number
      at = this.#parent[at] as number
    }
    return at
  }

  join(i: number, j: number): void {
    const [a, b] = [this.first(i), this.first(j)]
    this.#parent[Math.max(a, b)] = Math.min(a, b)
  }
}
