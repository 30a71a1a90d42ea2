import { Args } from '@oclif/core'
import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { XpCommand } from './xp-command.ts'

export default class WhyCommand extends XpCommand {
  static override summary = 'say why a stage would run: everything that differs from its nearest earlier result'
  static override examples = [
    '<%= config.bin %> why experiments/quickstart.yaml train',
    '<%= config.bin %> why experiments/quickstart.yaml report --set stages.train.with.epochs=5',
  ]
  static override args = {
    ...experimentArg,
    stage: Args.string({ description: 'the id of the stage', required: true }),
  }
  static override flags = changeFlags

  async run() {
    const { args, flags } = await this.parse(WhyCommand)
    const { why } = await import('../app.ts')
    const { whyText } = await import('../tracking/console/why-text.ts')
    const answer = await why(args.file, args.stage, changesOf(flags))
    this.log(whyText(answer).join('\n'))
    return answer
  }
}
