import { printable, redact } from '../errors/printable.ts'
import { positionOf, type Source, type Span } from './source.ts'

/** A span with the few words that stand beside its underline. */
export interface Annotation {
  readonly span: Span
  readonly label: string
}

interface Mark extends Annotation {
  readonly sign: '^' | '-'
  readonly line: number
}

/** Columns shown of one source line; longer ones are cut around the mark. */
const maxColumns = 120
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** One source character as the terminal gets it: a tab becomes an arrow over four columns. */
const shown = (character: string) => (character === '\t' ? '→   ' : printable(character))
function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) {
    if (character === '\t') columns += 4
    else if (wide.test(character)) columns += 2
    else if (!/\p{Mn}/u.test(character)) columns += 1
  }
  return columns
}
const shownLine = (text: string) => [...text].map(shown).join('')

function lineText({ text, lineStarts }: Source, line: number): string {
  const end = lineStarts[line]
  return redact(text.slice(lineStarts[line - 1], end === undefined ? text.length : end - 1).replace(/\r$/, ''))
}

/** The source line and its underline, cut to a window when the line is long. */
function drawMark(mark: Mark): { readonly text: string; readonly underline: string } {
  const { source, start, end } = mark.span
  const whole = lineText(source, mark.line)
  const first = Math.min(start - (source.lineStarts[mark.line - 1] as number), whole.length)
  const last = Math.max(first, Math.min(end - (source.lineStarts[mark.line - 1] as number), whole.trimEnd().length))
  const cut = whole.length > maxColumns
  const from = cut ? Math.max(0, Math.min(first - 40, whole.length - maxColumns)) : 0
  const to = cut ? from + maxColumns : whole.length
  const [head, tail] = [from > 0 ? '…' : '', to < whole.length ? '…' : '']
  const marked = whole.slice(first, Math.min(last, to))
  const indent = ' '.repeat(columnsOf(head + whole.slice(from, first)))
  const underline = `${indent}${mark.sign.repeat(Math.max(1, columnsOf(marked)))}${mark.label === '' ? '' : ` ${printable(redact(mark.label))}`}`
  return { text: head + shownLine(whole.slice(from, to)) + tail, underline }
}

/**
 * Source lines with carets under the place and dashes under the places that explain it, in the order of the file.
 * A place in another source is set off by a `:::` line that names it.
 */
export function excerpt(main: Annotation, explaining: readonly Annotation[]): string {
  const toMark = (annotation: Annotation, sign: Mark['sign']): Mark => ({
    ...annotation,
    sign,
    line: positionOf(annotation.span.source, annotation.span.start).line,
  })
  const marks = [toMark(main, '^'), ...explaining.map((annotation) => toMark(annotation, '-'))]
  const width = Math.max(...marks.map((mark) => (mark.span.source.kind === 'set' ? 1 : String(mark.line).length)))
  const margin = ' '.repeat(width)
  const lines = [`${margin} |`]
  for (const source of new Set(marks.map((mark) => mark.span.source))) {
    if (source !== main.span.source) lines.push(`${margin} ::: ${printable(redact(source.name))}`, `${margin} |`)
    const own = marks.filter((mark) => mark.span.source === source)
    own.sort((a, b) => a.span.start - b.span.start)
    let previous: number | undefined
    for (const mark of own) {
      const { text, underline } = drawMark(mark)
      if (previous !== undefined && mark.line > previous + 1) lines.push(`${margin} ...`)
      const number = source.kind === 'set' ? margin : String(mark.line).padStart(width)
      if (mark.line !== previous) lines.push(`${number} | ${text}`)
      lines.push(`${margin} | ${underline}`)
      previous = mark.line
    }
  }
  return lines.map((line) => line.trimEnd()).join('\n')
}
