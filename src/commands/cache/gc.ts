import { Flags } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class CacheGc extends XpCommand {
  static override summary = 'remove what was not used for long, least recently used first'
  static override description =
    'Never removes what the newest runs (--keep-runs) or a run under way need. Without --max-size and --older-than only left-overs go.'
  static override examples = [
    '<%= config.bin %> cache gc --max-size 20GB --keep-runs 10 --dry-run',
    '<%= config.bin %> cache gc --older-than 30d',
  ]
  static override flags = {
    'max-size': Flags.string({ description: 'at most so much stays', helpValue: '20GB' }),
    'older-than': Flags.string({ description: 'what was not used for so long goes', helpValue: '30d' }),
    'keep-runs': Flags.integer({ description: 'keep what the newest runs name', helpValue: 'N', default: 10, min: 0 }),
    'dry-run': Flags.boolean({ description: 'say what would go; remove nothing' }),
  }

  async run() {
    const { flags } = await this.parse(CacheGc)
    const { collectCache } = await import('../../cache.ts')
    const { sizeText } = await import('../../tracking/console/size-text.ts')
    const removed = await collectCache(process.cwd(), {
      maxSize: flags['max-size'],
      olderThan: flags['older-than'],
      keepRuns: flags['keep-runs'],
      dryRun: flags['dry-run'],
    })
    for (const { stage, uses, run } of removed.results) this.log(`${stage}  ${uses}  of run ${run}`)
    for (const { kind, name } of removed.folders) this.log(`${kind}  ${name.slice(0, 12)}`)
    if (removed.orphans > 0) this.log(`${removed.orphans} artifacts without a result`)
    const verb = flags['dry-run'] ? 'would free' : 'freed'
    this.log(`${verb} ${sizeText(removed.freedBytes)}; ${sizeText(removed.leftBytes)} left`)
    return removed
  }
}
