const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `0 B`, `12.3 MB`, `1.20 GB`: three digits, powers of a thousand. */
export function sizeText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  const digits = power === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  return `${value.toFixed(digits)} ${units[power]}`
}
