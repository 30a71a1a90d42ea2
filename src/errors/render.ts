import { createColors } from 'picocolors'
import { printable } from './printable.ts'
import type { Location, XpError } from './xp-error.ts'

type Colors = ReturnType<typeof createColors>

/** Places on the command line have no lines: the excerpt shows them. */
const place = ({ file, line, column }: Location) =>
  file.startsWith('--') ? 'the command line' : `${file}:${line}:${column}`

/** Colours one excerpt line: gutter, then `^^^` of the place itself or `---` of a place that explains it. */
function paintExcerptLine(line: string, colors: Colors): string {
  const [, gutter = '', text = ''] = /^([ \d]*(?:\||:::|\.\.\.))(.*)$/su.exec(line) ?? ['', '', line]
  const paint = /^ *\^/.test(text) && / \|$/.test(gutter) && !/\d/.test(gutter) ? colors.red : undefined
  const faint = /^ *-/.test(text) && / \|$/.test(gutter) && !/\d/.test(gutter) ? colors.blue : undefined
  return `${colors.blue(gutter)}${(paint ?? faint ?? String)(text)}`
}

function renderError(error: XpError, colors: Colors): string {
  const [first = '', ...further] = error.message.split('\n').map(printable)
  const lines = [`${colors.red(colors.bold(`error[${error.code}]`))}${colors.bold(`: ${first}`)}`, ...further]
  const { where, hint } = error
  const excerpt = where?.excerpt?.split('\n') ?? []
  const margin = ' '.repeat(Math.max(1, (excerpt[0] ?? '').indexOf('|') - 1))
  if (where !== undefined) lines.push(`${margin}${colors.blue('-->')} ${printable(place(where))}`)
  lines.push(...excerpt.map((line) => paintExcerptLine(line, colors)))
  if (hint !== undefined) {
    const indent = `\n${margin}         `
    lines.push(`${margin} ${colors.blue('=')} ${colors.cyan('help')}: ${hint.split('\n').map(printable).join(indent)}`)
  }
  return `${lines.join('\n')}\n`
}

/** Errors for a terminal: code and message, place, excerpt, hint; ends with a newline. */
export function renderErrors(errors: readonly XpError[], options: { readonly color: boolean }): string {
  const colors = createColors(options.color)
  const blocks = errors.map((error) => renderError(error, colors))
  if (errors.length > 1) blocks.push(`${colors.bold(`${errors.length} problems found`)}\n`)
  return blocks.join('\n')
}
