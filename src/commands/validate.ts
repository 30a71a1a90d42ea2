import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { XpCommand } from './xp-command.ts'

export default class Validate extends XpCommand {
  static override summary = 'check an experiment: syntax, names, types, wiring, files; nothing runs'
  static override examples = ['<%= config.bin %> validate experiments/quickstart.yaml']
  static override args = experimentArg
  static override flags = changeFlags

  async run() {
    const { args, flags } = await this.parse(Validate)
    const { validate } = await import('../app.ts')
    const experiment = await validate(args.file, changesOf(flags))
    const stages = experiment.stages.map(({ id, stage }) => ({ id, uses: stage.uses as string }))
    this.log(`${args.file} is valid: ${stages.length} stages (${stages.map((s) => s.id).join(', ')})`)
    return { valid: true, name: experiment.name, stages }
  }
}
