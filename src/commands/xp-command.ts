import { Command } from '@oclif/core'
import { renderErrors } from '../errors/render.ts'
import { exitCodes, expectedErrors, type XpError } from '../errors/xp-error.ts'

/** What an error looks like in `--json`. */
const errorJson = ({ code, message, hint, where, details }: XpError) => ({ code, message, hint, where, details })

/** A wrong command line in `--json`. */
export const commandLineJson = (message: string) => {
  const error = { code: 'XP_COMMAND_LINE', message }
  return { error, errors: [error] }
}

/** oclif advises on flags that take several values by rules that do not hold here. */
const withoutAdvice = (message: string) => message.replace(/\n+Note: [\s\S]*?(?=\nSee more)/, '')

/** A command whose failures are explained on stderr (or as JSON on stdout) and become xp's exit codes. */
export abstract class XpCommand extends Command {
  static override enableJsonFlag = true

  /** Writes what was thrown to stderr: an expected error in xp's words, a bug with its stack. */
  protected explain(thrown: unknown): void {
    const errors = expectedErrors(thrown)
    const color = process.stderr.isTTY === true && process.env.NO_COLOR === undefined
    if (errors.length > 0) process.stderr.write(renderErrors(errors, { color }))
    else {
      const text = thrown instanceof Error ? thrown.stack : String(thrown)
      process.stderr.write(`${text}\nThis is a bug in xp: please report it with the lines above.\n`)
    }
  }

  override async catch(thrown: Error & { oclif?: { exit?: number } }): Promise<void> {
    const [first, ...others] = expectedErrors(thrown)
    if (first !== undefined) {
      process.exitCode = exitCodes[first.exit]
      if (this.jsonEnabled()) this.logJson({ error: errorJson(first), errors: [first, ...others].map(errorJson) })
      else this.explain(thrown)
      return
    }
    const fromOclif = thrown.oclif !== undefined
    process.exitCode = fromOclif ? (thrown.oclif?.exit ?? exitCodes.config) : exitCodes.bug
    if (process.exitCode === 0) return
    const message = withoutAdvice(thrown.message)
    if (!fromOclif) {
      if (this.jsonEnabled()) this.logJson({ error: { code: 'XP_BUG', message } })
      this.explain(thrown)
    } else if (this.jsonEnabled()) this.logJson(commandLineJson(message))
    else process.stderr.write(`error: ${message}\n`)
  }
}
