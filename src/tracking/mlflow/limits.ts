/** What one `runs/log-batch` takes (MLflow's `utils/validation.py`), with room left below the 1 MB body. */
export const batchLimits = { metrics: 1000, params: 100, tags: 100 } as const

/** Longest param value, newest servers first; older ones refuse the longer forms. In characters. */
export const paramValueLimits = [6000, 500, 250] as const

const keyLimit = 250
const tagValueLimit = 5000

/**
 * A metric, param or tag key that every MLflow server takes: letters, digits, `_ - . / ` and space, a normalised
 * relative path of at most 250 characters. Other characters become `_`.
 */
export function keyOf(name: string): string {
  const parts = name
    .replace(/[^\w.\-/ ]/g, '_')
    .slice(0, keyLimit)
    .split('/')
    .filter((part) => part !== '' && part !== '..' && part !== '.')
  return parts.join('/').replace(/^\.\.+/, '_') || '_'
}

/** Cut to `limit` characters; the cut shows. */
export const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`

export const tagValueOf = (text: string): string => shorten(text, tagValueLimit)

/** A number as proto-JSON says it: NaN and the infinities are strings. */
export const protoNumber = (value: number): number | 'NaN' | 'Infinity' | '-Infinity' =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const out: T[][] = []
  for (let i = 0; i < items.length; i += size) out.push(items.slice(i, i + size))
  return out
}
