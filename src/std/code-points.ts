const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit)

/** Order of two strings by Unicode code point, the same on every machine and in every locale. */
export function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length)
  for (let i = 0; i < n; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    // Surrogates stand below U+E000 in UTF-16 but encode the highest code points.
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}
