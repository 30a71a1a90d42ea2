import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Errors, flush, run } from '@oclif/core'
import { commands } from './commands/index.ts'
import { commandLineJson } from './commands/xp-command.ts'
import { didYouMean } from './errors/nearest.ts'
import { exitCodes } from './errors/xp-error.ts'
import { packageJson } from './package-json.ts'

/** The package's folder. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const extension = import.meta.url.endsWith('.ts') ? 'src/commands/index.ts' : 'dist/commands/index.js'
const pjson = {
  ...packageJson,
  oclif: {
    ...packageJson.oclif,
    commands: { strategy: 'explicit' as const, target: `./${extension}`, identifier: 'commands' },
  },
}

/** oclif joins every word with colons: the command is the first, or the first two below a topic. */
function unknownCommand(message: string): string | undefined {
  const words = /^command (.+) not found$/.exec(message)?.[1]?.split(':')
  if (words === undefined) return undefined
  const names = Object.keys(commands).map((id) => id.replaceAll(':', ' '))
  const isTopic = names.some((name) => name.startsWith(`${words[0]} `))
  const given = words.slice(0, isTopic ? 2 : 1).join(' ')
  return `there is no command "${given}"; ${didYouMean(given, names)}`
}

/** `xp help run` is what `xp run --help` is. */
const words = process.argv.slice(2)
const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words

// Who reads no longer (`2>&1 | head`) does not end a run.
process.stderr.on('error', () => undefined)

/** What no command answers for: a closed or full stdout, which is the environment's, or a mistake of this program. */
process.on('uncaughtException', (thrown: NodeJS.ErrnoException) => {
  const isOutput = thrown.syscall === 'write' && thrown.code !== undefined
  const text = isOutput
    ? `error: the output cannot be written: ${thrown.message}`
    : `${thrown.stack}\nThis is a bug in xp: please report it with the lines above.`
  try {
    process.stderr.write(`${text}\n`)
  } finally {
    process.exit(isOutput ? exitCodes.environment : exitCodes.bug)
  }
})

try {
  await run(argv, { root, pjson })
  await flush()
} catch (thrown) {
  // Commands answer their own errors; what arrives here is oclif's: an unknown command, a bad flag, an exit.
  const error = thrown as Error & { oclif?: { exit?: number } }
  const exit = error.oclif?.exit ?? (error instanceof Errors.CLIError ? exitCodes.config : exitCodes.bug)
  const message = unknownCommand(error.message) ?? error.message
  if (exit !== 0 && argv.includes('--json'))
    process.stdout.write(`${JSON.stringify(commandLineJson(message), null, 2)}\n`)
  else if (exit !== 0) process.stderr.write(`error: ${message}\n`)
  process.exitCode = exit
}
