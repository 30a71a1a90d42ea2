import { Args, Flags } from '@oclif/core'
import { XpCommand } from '../xp-command.ts'

export default class PluginNew extends XpCommand {
  static override summary = 'write a stage to start from, its test, and an experiment that uses it'
  static override examples = ['<%= config.bin %> plugin new transform/first-classes --out plugins']
  static override args = {
    uses: Args.string({ description: 'its name: family/kebab-name', required: true }),
  }
  static override flags = {
    out: Flags.string({ description: 'the folder to write to', default: '.', helpValue: 'DIR' }),
    force: Flags.boolean({ description: 'replace files that are there' }),
  }

  async run() {
    const { args, flags } = await this.parse(PluginNew)
    const { newPlugin } = await import('../../app.ts')
    const files = await newPlugin(args.uses, { dir: flags.out, force: flags.force })
    for (const file of files) this.log(`wrote ${file}`)
    this.log(`try it: xp run ${files.at(-1)}`)
    return { files }
  }
}
