import { XpCommand } from '../xp-command.ts'

export default class StagesList extends XpCommand {
  static override summary = 'list the stages an experiment may use'
  static override examples = ['<%= config.bin %> stages list']

  async run() {
    await this.parse(StagesList)
    const { registry } = await import('../../app.ts')
    const stages = registry.stages.map(({ uses, version, summary }) => ({ uses, version, summary }))
    const width = Math.max(...stages.map((s) => s.uses.length))
    for (const stage of stages) this.log(`${stage.uses.padEnd(width)}  ${stage.summary}`)
    return { stages }
  }
}
