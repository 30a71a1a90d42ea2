import { Flags } from '@oclif/core'
import { untilSignalled } from '../signals.ts'
import { XpCommand } from '../xp-command.ts'

export default class CacheVerify extends XpCommand {
  static override summary = 'read every byte of the cache and say what is damaged'
  static override examples = ['<%= config.bin %> cache verify --repair']
  static override flags = {
    repair: Flags.boolean({ description: 'remove what is damaged: the next run makes it again' }),
  }

  async run() {
    const { flags } = await this.parse(CacheVerify)
    const { verifyCache } = await import('../../cache.ts')
    const { value } = await untilSignalled((signal) => verifyCache(process.cwd(), { repair: flags.repair, signal }))
    const { results, damaged } = value
    for (const { key, what, of } of damaged)
      this.log(`damaged: ${of === undefined ? key : `${of.stage} (${of.uses}, run ${of.run})`}: ${what}`)
    const hint = flags.repair ? 'removed; the next run makes them again' : 'xp cache verify --repair removes them'
    this.log(
      damaged.length === 0 ? `${results} results, every byte as written` : `${damaged.length} of ${results}: ${hint}`,
    )
    if (damaged.length > 0 && !flags.repair) process.exitCode = 1
    return { results, damaged, repaired: flags.repair }
  }
}
