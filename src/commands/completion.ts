import { Args } from '@oclif/core'
import { XpCommand } from './xp-command.ts'

export default class Completion extends XpCommand {
  static override summary = 'print what makes a shell complete commands, stages and runs'
  static override description =
    'bash: source <(xp completion bash), in ~/.bashrc\nzsh: source <(xp completion zsh), in ~/.zshrc after compinit\nfish: xp completion fish > ~/.config/fish/completions/xp.fish'
  static override examples = ['<%= config.bin %> completion bash']
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', options: ['bash', 'zsh', 'fish', 'words'], required: true }),
  }
  // What the scripts call, `completion words -- WORD…`, answers the words that may follow.
  static override strict = false

  async run() {
    const { args, argv } = await this.parse(Completion)
    const { completionScripts, completionsOf } = await import('../completion.ts')
    if (args.shell !== 'words') {
      const script = completionScripts[args.shell as keyof typeof completionScripts]
      this.log(script.trimEnd())
      return { script }
    }
    const { commands } = await import('./index.ts')
    const words = await completionsOf(argv.slice(1) as string[], commands, process.cwd())
    if (words.length > 0) this.log(words.join('\n'))
    return { words }
  }
}
