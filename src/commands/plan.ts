import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { XpCommand } from './xp-command.ts'

export default class Plan extends XpCommand {
  static override summary = 'say for each stage whether it would run, and why; nothing runs'
  static override examples = [
    '<%= config.bin %> plan experiments/quickstart.yaml',
    '<%= config.bin %> plan experiments/quickstart.yaml --set stages.train.with.epochs=5',
  ]
  static override args = experimentArg
  static override flags = changeFlags

  async run() {
    const { args, flags } = await this.parse(Plan)
    const { plan } = await import('../app.ts')
    const stages = await plan(args.file, changesOf(flags))
    const { planText } = await import('../tracking/console/plan-text.ts')
    for (const line of planText(stages)) this.log(line)
    return { stages }
  }
}
