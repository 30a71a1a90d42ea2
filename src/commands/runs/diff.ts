import { Args } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class RunsDiff extends XpCommand {
  static override summary = 'say what two runs do not share: params, scores, seconds'
  static override examples = ['<%= config.bin %> runs diff a1b2 latest']
  static override args = {
    a: Args.string({ description: 'a run', required: true }),
    b: Args.string({ description: 'another run', required: true }),
  }

  async run() {
    const { args } = await this.parse(RunsDiff)
    const { diffRuns } = await import('../../runs.ts')
    const { diffLines } = await import('../../tracking/console/run-text.ts')
    const diff = await diffRuns(process.cwd(), args.a, args.b)
    for (const line of diffLines(diff)) this.log(line)
    return diff
  }
}
