import { Args } from '@oclif/core'
import { unknownStage } from '../../errors/config.ts'
import { XpCommand } from '../xp-command.ts'

export default class StagesShow extends XpCommand {
  static override summary = 'show a stage: what it takes, makes and measures'
  static override examples = ['<%= config.bin %> stages show train/supervised']
  static override args = { uses: Args.string({ description: 'the name under `uses:`', required: true }) }

  async run() {
    const { args } = await this.parse(StagesShow)
    const { registry } = await import('../../app.ts')
    const { describeStage } = await import('../../registry/describe.ts')
    const stage = registry.get(args.uses)
    if (stage === undefined) throw unknownStage(undefined, args.uses, registry.names)
    const facts = describeStage(stage)
    this.log(`${facts.uses} (version ${facts.version})\n${facts.summary}`)
    if (facts.needs.length > 0) this.log(`\nDepends also on: ${facts.needs.join(', ')}`)
    this.section(
      'Takes',
      facts.inputs.map((p) => [p.port, p.type, p.arity === 'one' ? '' : p.arity]),
    )
    this.section(
      'Makes',
      facts.outputs.map((p) => [p.port, p.type]),
    )
    this.section(
      'Params',
      facts.params.map((p) => {
        const without = p.required ? 'required' : 'optional'
        const standard = 'default' in p ? `default ${JSON.stringify(p.default)}` : without
        return [p.name, p.type, standard, p.key === undefined ? p.description : `${p.description} (${p.key})`]
      }),
    )
    this.section(
      'Measures',
      facts.metrics.map((m) => [m.name, m.unit, `per ${m.per}`, m.description]),
    )
    return facts
  }

  /** A titled block with aligned columns. */
  private section(title: string, rows: readonly (readonly string[])[]) {
    if (rows.length === 0) return
    const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
    this.log(`\n${title}`)
    for (const row of rows)
      this.log(
        `  ${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}`,
      )
  }
}
