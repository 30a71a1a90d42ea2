/** Whole numbers that add up to `n`, each within 1 of its share: the cuts lie at the rounded cumulative shares. */
export function apportion(n: number, fractions: readonly number[]): readonly number[] {
  let share = 0
  const cuts = fractions.map((f) => {
    share += f
    return Math.round(n * share + 1e-9)
  })
  return cuts.map((cut, i) => cut - (cuts[i - 1] ?? 0))
}
