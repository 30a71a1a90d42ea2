import { changeFlags, changesOf, experimentArg } from '../flags.ts'
import { XpCommand } from '../xp-command.ts'

export default class ConfigShow extends XpCommand {
  static override summary = 'print an experiment as it is run: composed, with defaults, and where values came from'
  static override examples = [
    '<%= config.bin %> config show experiments/quickstart.yaml',
    '<%= config.bin %> config show experiments/quickstart.yaml --set seed=7',
  ]
  static override args = experimentArg
  static override flags = changeFlags

  async run() {
    const { args, flags } = await this.parse(ConfigShow)
    const { loadFile } = await import('../../app.ts')
    const { name, file, resolvedYaml } = await loadFile(args.file, changesOf(flags))
    this.log(resolvedYaml.trimEnd())
    return { name, file, resolvedYaml }
  }
}
