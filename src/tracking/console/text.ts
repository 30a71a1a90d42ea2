/** `412.3 s`, `7 min 03 s`, `1 h 02 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 599.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** Time left, rounded as far as it can be trusted: `8 s`, `1 min 20 s`, `2 h 10 min`. */
export function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** Four significant digits for losses, scores and rates; exponents only where a fixed form would hide the number. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2)
  if (size >= 1000) return String(Math.round(value))
  return size >= 1 ? value.toPrecision(4) : value.toFixed(4)
}

/** Cut to `width` columns; the cut shows. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : width < 2 ? text.slice(0, Math.max(0, width)) : `${text.slice(0, width - 1)}…`

/** A bar of `width` columns filled to `fraction`. */
export function barOf(fraction: number, width: number): { readonly done: string; readonly rest: string } {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  return { done: '━'.repeat(filled), rest: '─'.repeat(width - filled) }
}

/** What a terminal would act on (escape and control characters) becomes visible text. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�')
