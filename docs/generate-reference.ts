/** Writes `docs/reference.md` from the declarations of the built-in stages: `npm run gen:reference`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeStage, type ParamDescription } from '../src/registry/describe.ts'
import type { AnyStage } from '../src/registry/stage.ts'
import { stages } from '../src/stages/index.ts'

/** Text in a cell of a table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line), '']
}

const defaultOf = ({ required, default: value }: ParamDescription) =>
  required ? 'required' : value === undefined ? 'optional' : `\`${JSON.stringify(value)}\``

function section(stage: AnyStage): readonly string[] {
  const { uses, version, summary, needs, inputs, outputs, params, metrics } = describeStage(stage)
  const takes = inputs.map(({ port, type, arity }) => `\`${port}\` (${type}${arity === 'one' ? '' : `, ${arity}`})`)
  const makes = outputs.map(({ port, type }) => `\`${port}\` (${type})`)
  const retried = stage.retry === undefined ? '' : ` Tried again ${stage.retry.times} times.`
  return [
    `## ${uses}`,
    '',
    `${summary} Version ${version}${needs.length === 0 ? '' : `; depends on the ${needs.join(' and the ')} too`}.${retried}`,
    '',
    `Takes ${takes.join(', ') || 'nothing'}; makes ${makes.join(', ')}.`,
    '',
    ...table(
      ['param', 'values', 'default', ''],
      params.map((param) => [
        `\`${param.name}\``,
        param.type,
        defaultOf(param),
        `${param.description}${param.key === undefined ? '' : ` (${param.key})`}`,
      ]),
    ),
    ...table(
      ['metric', 'unit', 'per', ''],
      metrics.map(({ name, unit, per, description }) => [`\`${name}\``, unit, per, description]),
    ),
  ]
}

export const referencePage = (): string =>
  [
    '# Reference of the stages',
    '',
    'Made from the declarations that also give the schemas, the checks and `xp stages show NAME`. A param that is a folder or a file',
    'counts by its content.',
    '',
    ...stages.map(({ uses }) => `- [${uses}](#${uses.replaceAll('/', '')})`),
    '',
    ...stages.flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n')

if (import.meta.filename === process.argv[1]) writeFileSync(join(import.meta.dirname, 'reference.md'), referencePage())
