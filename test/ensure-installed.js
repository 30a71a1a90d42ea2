// `npm test` right after a clone: install first, so that one command is enough.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../node_modules/vitest/package.json', import.meta.url))) {
  const { status } = spawnSync('npm', ['ci'], { cwd: new URL('..', import.meta.url), stdio: 'inherit' })
  process.exitCode = status ?? 1
}
