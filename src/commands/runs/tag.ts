import { Args, Flags } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class RunsTag extends XpCommand {
  static override summary = 'give a run names of your own, or take them away'
  static override examples = [
    '<%= config.bin %> runs tag latest baseline',
    '<%= config.bin %> runs tag a1b2 baseline --remove',
  ]
  static override strict = false
  static override args = {
    run: Args.string({ description: 'an id, its beginning or end, a tag, or latest', required: true }),
    tag: Args.string({ description: 'one tag or several', required: true }),
  }
  static override flags = { remove: Flags.boolean({ description: 'take them away' }) }

  async run() {
    const { argv, flags } = await this.parse(RunsTag)
    const { tagRun } = await import('../../runs.ts')
    const [run = '', ...tags] = argv as string[]
    const tagged = await tagRun(process.cwd(), run, tags, flags.remove)
    this.log(`${tagged.id}: ${tagged.tags.length === 0 ? 'no tags' : tagged.tags.join(', ')}`)
    return { id: tagged.id, tags: tagged.tags }
  }
}
