import { counted, type StageProgress } from './stage-progress.ts'
import { barOf, cut, number, timeLeft } from './text.ts'

export interface Colors {
  readonly cyan: (text: string) => string
  readonly dim: (text: string) => string
}

const isBytes = ({ what }: StageProgress) => /^bytes\b/.test(what)

/** Three digits at least: `0.12`, `12.3`, `1234`. */
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : bytes < 1e8 ? 1 : 0)

function rateText(p: StageProgress, rate: number): string {
  if (isBytes(p)) return `${megabytes(rate)} MB/s`
  return `${number(rate)}${counted.test(p.what) ? ` ${p.what.split(' ', 1)[0]}` : ''}/s`
}

/** `1200/3072 images`, `12.3/343 MB downloaded`, or `epoch 2: 1200/3072` where the label is more than a unit. */
function position(p: StageProgress): string {
  if (isBytes(p)) return `${megabytes(p.done)}/${megabytes(p.total)} MB${p.what.slice('bytes'.length)}`
  const count = `${p.done}/${p.total}`
  return counted.test(p.what) ? `${count} ${p.what}` : p.what === '' ? count : `${p.what}: ${count}`
}

function facts(p: StageProgress): readonly string[] {
  const { rate, remaining } = p
  return [
    ...(rate === undefined ? [] : [rateText(p, rate)]),
    ...(p.loss === undefined ? [] : [`loss ${number(p.loss)}`]),
    ...(remaining === undefined || p.done >= p.total ? [] : [`ETA ${timeLeft(remaining)}`]),
  ]
}

/** One line of at most `width` columns for a terminal: the bar gives way first, then the facts from the right. */
export function barLine(p: StageProgress, width: number, labelWidth: number, color: Colors): string {
  const label = `  ${p.stage.padEnd(labelWidth)} `
  const percent = `${String(Math.floor(p.fraction * 100)).padStart(3)} %`
  const tail = [percent, position(p), ...facts(p)].join('  ')
  const room = width - label.length - tail.length - 2
  if (room < 8) return cut(label + tail, width - 1)
  const bar = barOf(p.fraction, Math.min(32, room))
  return `${label}${color.cyan(bar.done)}${color.dim(bar.rest)} ${tail}`
}

/** The same as a plain line, for logs. */
export const plainLine = (p: StageProgress): string =>
  `  ${p.stage}: ${Math.floor(p.fraction * 100)} %, ${[position(p), ...facts(p)].join(', ')}`
