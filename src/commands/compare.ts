import { Args } from '@oclif/core'
import { XpCommand } from './xp-command.ts'

export default class Compare extends XpCommand {
  static override summary = 'compare the scores of several runs; the best is marked'
  static override examples = ['<%= config.bin %> compare a1b2 c3d4 latest']
  static override strict = false
  static override args = {
    run: Args.string({ description: 'runs: ids, their beginnings or ends, tags, or latest', required: true }),
  }

  async run() {
    const { argv } = await this.parse(Compare)
    const { compareRuns } = await import('../runs.ts')
    const { compareLines } = await import('../tracking/console/run-text.ts')
    const compared = await compareRuns(process.cwd(), argv as string[])
    for (const line of compareLines(compared)) this.log(line)
    return compared
  }
}
