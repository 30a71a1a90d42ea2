import { Flags } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class RunsList extends XpCommand {
  static override summary = 'list the runs of this project, the newest first'
  static override examples = ['<%= config.bin %> runs list --limit 5']
  static override flags = {
    limit: Flags.integer({ description: 'at most so many', helpValue: 'N', default: 20, min: 1 }),
  }

  async run() {
    const { flags } = await this.parse(RunsList)
    const { listRuns } = await import('../../runs.ts')
    const { runRows } = await import('../../tracking/console/run-text.ts')
    const runs = await listRuns(process.cwd(), flags.limit)
    for (const line of runRows(runs)) this.log(line)
    return { runs }
  }
}
