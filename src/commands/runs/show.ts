import { Args } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class RunsShow extends XpCommand {
  static override summary = 'show one run: how its stages went, its scores, where it lies'
  static override examples = ['<%= config.bin %> runs show latest']
  static override args = {
    run: Args.string({ description: 'an id, its beginning or end, a tag, or latest', required: true }),
  }

  async run() {
    const { args } = await this.parse(RunsShow)
    const { showRun } = await import('../../runs.ts')
    const { runLines } = await import('../../tracking/console/run-text.ts')
    const run = await showRun(process.cwd(), args.run)
    for (const line of runLines(run)) this.log(line)
    return run
  }
}
