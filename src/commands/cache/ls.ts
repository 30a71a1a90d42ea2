import { XpCommand } from '../xp-command.ts'

export default class CacheLs extends XpCommand {
  static override summary = 'list what the cache holds, what was used last first'
  static override examples = ['<%= config.bin %> cache ls']

  async run() {
    await this.parse(CacheLs)
    const { cacheResults } = await import('../../cache.ts')
    const { table } = await import('../../tracking/console/table.ts')
    const { sizeText } = await import('../../tracking/console/size-text.ts')
    const results = await cacheResults(process.cwd())
    const rows = results.map((r) => [r.stage, r.uses, sizeText(r.bytes), r.used.slice(0, 16), r.run])
    for (const line of table(['stage', 'uses', 'size', 'last used', 'made by'], rows, { right: [2] })) this.log(line)
    return { results }
  }
}
