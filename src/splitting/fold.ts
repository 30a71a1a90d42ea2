import { deal, type Parts } from './deal.ts'
import type { Unit } from './units.ts'

/** One fold as the part `validation`, the others as `train`; folds are dealt out as the parts of a split are, in equal shares. */
export function foldOf(units: readonly Unit[], folds: number, fold: number, seed: number): Parts {
  const names = Array.from({ length: folds }, (_, i) => String(i))
  const dealt = deal(units, Object.fromEntries(names.map((name) => [name, 1 / folds])), seed)
  return {
    train: names.filter((name) => name !== String(fold)).flatMap((name) => dealt[name] ?? []),
    validation: dealt[String(fold)] ?? [],
  }
}
