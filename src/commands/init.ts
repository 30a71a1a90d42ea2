import { Args, Flags } from '@oclif/core'
import { XpCommand } from './xp-command.ts'

export default class Init extends XpCommand {
  static override summary = 'write a commented experiment to start from'
  static override description =
    'Without flags the experiment draws its own images when it runs. --data names a folder with one folder of images per class; --sample draws such a folder beside the experiment.'
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init experiments/shoes.yaml --data data/shoes',
    '<%= config.bin %> init trial.yaml --sample',
  ]
  static override args = { file: Args.string({ description: 'the file to write', default: 'experiment.yaml' }) }
  static override flags = {
    data: Flags.string({ description: 'a folder of labelled images', helpValue: 'DIR', exclusive: ['sample'] }),
    sample: Flags.boolean({ description: 'draw a folder of sample images and use it' }),
    force: Flags.boolean({ description: 'replace the file if it exists' }),
  }

  async run() {
    const { args, flags } = await this.parse(Init)
    const { initExperiment } = await import('../app.ts')
    const written = await initExperiment(args.file, flags)
    for (const path of written) this.log(`wrote ${path}`)
    this.log(`next: xp run ${args.file}`)
    return { file: args.file, written }
  }
}
