/** What an image file holds before it becomes RGB. */
export type SourceMode = 'RGB' | 'gray' | 'palette' | 'alpha' | 'CMYK' | '16 bit'

/** How many there are, and the first of them. */
export interface Listed<T> {
  readonly count: number
  readonly first: readonly T[]
}

export const listed = <T>(all: readonly T[]): Listed<T> => ({ count: all.length, first: all.slice(0, 20) })

interface Spread {
  readonly smallest: number
  readonly median: number
  readonly largest: number
}

/** What opening every image once has shown, beside which are alike. */
export interface Inspection {
  /** Left out of the dataset. */
  readonly unreadable: Listed<{ readonly file: string; readonly reason: string }>
  /** In pixels, upright. */
  readonly width: Spread
  readonly height: Spread
  /** Files whose shorter side is less than a quarter of the usual one, the median. */
  readonly small: Listed<string>
  /** Files with a side over `elongation` times the other. */
  readonly elongated: Listed<string>
  /** Images by mode, as far as it is known. */
  readonly modes: Readonly<Partial<Record<SourceMode, number>>>
}

export const elongation = 4

export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (i: number) => sorted[i] ?? 0
  return { smallest: at(0), median: at(Math.floor((sorted.length - 1) / 2)), largest: at(sorted.length - 1) }
}
