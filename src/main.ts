import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Errors, flush, run } from '@oclif/core'

/** Where `package.json` lies, seen from `src/` and from `dist/`. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const extension = import.meta.url.endsWith('.ts') ? 'src/commands/index.ts' : 'dist/commands/index.js'
const packageJson = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
const pjson = {
  ...packageJson,
  oclif: {
    ...packageJson.oclif,
    commands: { strategy: 'explicit', target: `./${extension}`, identifier: 'commands' },
  },
}

try {
  await run(process.argv.slice(2), { root, pjson })
  await flush()
} catch (thrown) {
  // Commands answer their own errors; what arrives here is oclif's: an unknown command, a bad flag, an exit.
  const error = thrown as Error & { oclif?: { exit?: number } }
  const exit = error.oclif?.exit
  if (exit === undefined || exit !== 0) {
    if (!/^EEXIT/.test(error.message)) process.stderr.write(`error: ${error.message}\n`)
  }
  process.exitCode = exit ?? (error instanceof Errors.CLIError ? 2 : 70)
}
