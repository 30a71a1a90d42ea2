import type { Example } from '../artifacts/dataset.ts'
import { sha256 } from '../std/hash.ts'
import { apportion } from './apportion.ts'
import type { Unit } from './units.ts'

export type Parts = Readonly<Record<string, readonly Example[]>>
export type Fractions = Readonly<Record<string, number>>

/**
 * Deals units to parts, each class in proportion. Images stand in the order of SHA-256(seed, content, path), and of each
 * class the parts take consecutive runs of it: the order of the files does not matter, and an added image moves at most one
 * other across each cut. Before that, units of several images go, the largest first, to the part that lacks their classes
 * most. Each part keeps the order across classes.
 * @param fractions of each part, above 0, adding up to 1
 * @param kept parts of images by path, which hold whatever the fractions say; the rest of their unit follows them
 */
export function deal(
  units: readonly Unit[],
  fractions: Fractions,
  seed: number,
  kept: ReadonlyMap<string, string> = new Map(),
): Parts {
  const ranked = units
    .flatMap((unit) => unit.map((example) => ({ example, unit, rank: rankOf(seed, example) })))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
  const dealing = new Dealing(
    ranked.map(({ example }) => example.label),
    fractions,
  )
  const partOf = new Map<Example, string>()
  const put = (unit: Unit, part: string) => {
    for (const example of unit) partOf.set(example, kept.get(example.file) ?? part)
    for (const example of unit) dealing.count(example.label, partOf.get(example) as string)
  }
  const inOrder = [...new Set(ranked.map(({ unit }) => unit))]
  const free: Unit[] = []
  for (const unit of inOrder) {
    const known = unit.find(({ file }) => kept.has(file))
    if (known === undefined) free.push(unit)
    else put(unit, kept.get(known.file) as string)
  }
  const several = free.filter(({ length }) => length > 1).sort((a, b) => b.length - a.length)
  for (const unit of several) put(unit, dealing.lackingMost(unit))
  const single = free.filter(({ length }) => length === 1)
  const left = dealing.left(single.map(([example]) => (example as Example).label))
  for (const unit of single) {
    const { label } = unit[0] as Example
    put(unit, left(label))
  }
  const parts: Record<string, Example[]> = Object.fromEntries(Object.keys(fractions).map((part) => [part, []]))
  for (const { example } of ranked) {
    const part = partOf.get(example) as string
    parts[part] ??= []
    parts[part].push(example)
  }
  return parts
}

const rankOf = (seed: number, { sha256: content, file }: Example) => sha256(JSON.stringify([seed, content, file]))

/** Counts images by class and part, against what each part is to get. */
class Dealing {
  readonly #parts: readonly string[]
  readonly #shares: readonly number[]
  /** By label: images in all. */
  readonly #total = new Map<number, number>()
  /** By label: images dealt to each part. */
  readonly #dealt = new Map<number, number[]>()

  constructor(labels: readonly number[], fractions: Fractions) {
    this.#parts = Object.keys(fractions)
    this.#shares = Object.values(fractions)
    for (const label of labels) this.#total.set(label, (this.#total.get(label) ?? 0) + 1)
    for (const label of this.#total.keys())
      this.#dealt.set(
        label,
        this.#parts.map(() => 0),
      )
  }

  count(label: number, part: string): void {
    const dealt = this.#dealt.get(label)
    const place = this.#parts.indexOf(part)
    if (dealt !== undefined && place >= 0) dealt[place] = (dealt[place] ?? 0) + 1
  }

  /** The part for a unit after which the sum of (dealt − quota)² / quota over classes is least. */
  lackingMost(unit: Unit): string {
    const sizes = new Map<number, number>()
    for (const { label } of unit) sizes.set(label, (sizes.get(label) ?? 0) + 1)
    const gains = this.#shares.map((share, place) => {
      let gain = 0
      for (const [label, k] of sizes) {
        const quota = (this.#total.get(label) ?? 0) * share
        gain += (2 * k * (quota - (this.#dealt.get(label)?.[place] ?? 0)) - k * k) / quota
      }
      return gain
    })
    return this.#parts[gains.indexOf(Math.max(...gains))] as string
  }

  /** Where the next image of a label goes: quotas are filled part by part. */
  left(labels: readonly number[]): (label: number) => string {
    const counts = new Map<number, number>()
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
    const quotas = new Map([...counts].map(([label, n]) => [label, this.#quotas(label, n)]))
    return (label) => {
      const quota = quotas.get(label) ?? []
      const place = quota.findIndex((n) => n > 0)
      quota[place] = (quota[place] ?? 0) - 1
      return this.#parts[place] as string
    }
  }

  /** How many of `n` images of a label each part gets, so that with what was dealt it comes close to its share. */
  #quotas(label: number, n: number): number[] {
    const dealt = this.#dealt.get(label) ?? []
    const lacking = apportion(this.#total.get(label) ?? 0, this.#shares).map((quota, i) =>
      Math.max(0, quota - (dealt[i] ?? 0)),
    )
    const sum = lacking.reduce((a, b) => a + b, 0)
    return [...(sum === n ? lacking : apportion(n, sum === 0 ? this.#shares : lacking.map((count) => count / sum)))]
  }
}
