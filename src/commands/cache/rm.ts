import { Args } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class CacheRm extends XpCommand {
  static override summary = 'remove the results of a stage: it runs again'
  static override examples = ['<%= config.bin %> cache rm train/supervised', '<%= config.bin %> cache rm train']
  static override args = {
    stage: Args.string({ description: 'what results are of: a stage id, what it uses, or a key', required: true }),
  }

  async run() {
    const { args } = await this.parse(CacheRm)
    const { removeFromCache } = await import('../../cache.ts')
    const { sizeText } = await import('../../tracking/console/size-text.ts')
    const removed = await removeFromCache(process.cwd(), args.stage)
    for (const { stage, uses, run } of removed.results) this.log(`${stage}  ${uses}  of run ${run}`)
    if (removed.inUse > 0) this.log(`${removed.inUse} left: a run under way uses them`)
    this.log(`freed ${sizeText(removed.freedBytes)}`)
    return removed
  }
}
