import { Args, Flags } from '@oclif/core'
import { exitCodes, expectedErrors } from '../errors/xp-error.ts'
import { untilSignalled } from './signals.ts'
import { XpCommand } from './xp-command.ts'

export default class Repro extends XpCommand {
  static override summary = 'run an earlier run again, from its own record, and compare every output byte for byte'
  static override examples = ['<%= config.bin %> repro latest', '<%= config.bin %> repro a1b2 --force']
  static override args = {
    run: Args.string({ description: 'an id, its beginning or end, a tag, or latest', required: true }),
  }
  static override flags = { force: Flags.boolean({ description: 'compute everything anew, whatever is cached' }) }

  async run() {
    const { args, flags } = await this.parse(Repro)
    const { reproduce } = await import('../app.ts')
    const { findRun } = await import('../runs.ts')
    const { dir, id } = await findRun(process.cwd(), args.run)
    const { value } = await untilSignalled((signal) => reproduce(dir, { force: flags.force, signal }))
    const { execution, differences } = value
    if (execution.result.status !== 'finished') {
      process.exitCode = exitCodes[expectedErrors(execution.thrown)[0]?.exit ?? 'bug']
      if (execution.result.status === 'interrupted') process.exitCode = 130
      else this.explain(execution.thrown)
      return { run: id, result: execution.result, differences }
    }
    for (const { name, was, now } of differences)
      this.log(`${name}: ${String(was).slice(0, 20)} → ${String(now).slice(0, 20)}`)
    const outputs = differences.filter(({ kind }) => kind === 'output').length
    this.log(outputs === 0 ? `${id}: every output has the same bytes` : `${id}: ${outputs} outputs have other bytes`)
    if (outputs > 0) process.exitCode = exitCodes.stageFailed
    return { run: id, result: execution.result, differences }
  }
}
