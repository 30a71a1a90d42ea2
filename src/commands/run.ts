import { Flags } from '@oclif/core'
import { exitCodes, expectedErrors } from '../errors/xp-error.ts'
import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { shellWord } from './shell-word.ts'
import { untilSignalled } from './signals.ts'
import { XpCommand } from './xp-command.ts'

/** What a bare `--force` stands for; not a legal stage id. */
const everyStage = '*'

export default class Run extends XpCommand {
  static override summary = 'run an experiment; what is unchanged comes from the cache'
  static override examples = [
    '<%= config.bin %> run experiments/quickstart.yaml',
    '<%= config.bin %> run experiments/quickstart.yaml --set stages.train.with.epochs=5',
    '<%= config.bin %> run experiments/quickstart.yaml --force=train',
  ]
  static override args = experimentArg
  static override flags = {
    ...changeFlags,
    force: Flags.string({
      description: 'run again although the result is cached: every stage, or with --force=STAGE that one',
      helpValue: '[=STAGE]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'keep-going': Flags.boolean({
      description: 'after a failure, still run the stages that do not depend on what failed',
      exclusive: ['fail-fast'],
    }),
    'fail-fast': Flags.boolean({ description: 'after a failure, stop the stages that are at work beside it' }),
    jobs: Flags.integer({
      char: 'j',
      description: 'cores that independent stages may take side by side; 1 runs one after another',
      helpValue: 'N',
      min: 1,
    }),
    until: Flags.string({ description: 'stop after this stage', helpValue: 'STAGE' }),
    tracking: Flags.option({
      description: 'required: end with exit code 5 before any work when the tracker is away; off: log to no tracker',
      options: ['best-effort', 'required', 'off'] as const,
      default: 'best-effort' as const,
    })(),
  }

  async run() {
    const argv = this.argv.map((argument) => (argument === '--force' ? `--force=${everyStage}` : argument))
    const { args, flags } = await this.parse(Run, argv)
    const { run } = await import('../app.ts')
    const { tracking, until, jobs } = flags
    const { force: forced = [] } = flags
    const force = forced.includes(everyStage) ? true : forced
    const { value, signal } = await untilSignalled((signal) =>
      run(args.file, {
        changes: changesOf(flags),
        force,
        afterFailure: flags['keep-going'] ? 'keep-going' : flags['fail-fast'] ? 'stop' : 'finish',
        tracking,
        jobs,
        signal,
        ...(until === undefined ? {} : { until }),
      }),
    )
    const { result, thrown } = value
    for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`)
    if (result.status === 'interrupted') {
      process.exitCode = signal === 'SIGTERM' ? 143 : 130
      const again = this.argv.filter((a) => a !== '--json').map(shellWord)
      process.stderr.write(`interrupted; to go on: xp run ${again.join(' ')}\n`)
    } else if (result.status === 'failed') {
      const errors = expectedErrors(thrown)
      process.exitCode = exitCodes[errors[0]?.exit ?? 'bug']
      this.explain(thrown)
    }
    return result
  }
}
