import { Args } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class RunsRm extends XpCommand {
  static override summary = 'remove the record of a run; cached results stay'
  static override examples = ['<%= config.bin %> runs rm a1b2']
  static override args = {
    run: Args.string({ description: 'an id, its beginning or end, or a tag', required: true }),
  }

  async run() {
    const { args } = await this.parse(RunsRm)
    const { forgetRun } = await import('../../runs.ts')
    const { id } = await forgetRun(process.cwd(), args.run)
    this.log(`removed ${id}`)
    return { id }
  }
}
