import { XpCommand } from '../xp-command.ts'

export default class CacheDu extends XpCommand {
  static override summary = 'say how much room the cache takes, by kind of stage'
  static override examples = ['<%= config.bin %> cache du']

  async run() {
    await this.parse(CacheDu)
    const { cacheUse } = await import('../../cache.ts')
    const { table } = await import('../../tracking/console/table.ts')
    const { sizeText } = await import('../../tracking/console/size-text.ts')
    const { dir, totalBytes, kinds } = await cacheUse(process.cwd())
    const rows = kinds.map(({ kind, count, bytes }) => [kind, String(count), sizeText(bytes)])
    for (const line of table(['what', 'count', 'size'], rows, { right: [1, 2] })) this.log(line)
    this.log(`${sizeText(totalBytes)} in ${dir}; what several results share is counted once, with the first`)
    return { dir, totalBytes, kinds }
  }
}
