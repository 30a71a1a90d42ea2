import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { renderErrors } from '../../../src/errors/render.ts'
import { expectedErrors } from '../../../src/errors/xp-error.ts'
import { fakeRegistry } from './fake-registry.ts'

const folder = join(import.meta.dirname, '../../cases/config')
const cases = readdirSync(folder).sort()
/** `UPDATE_CASES=1` rewrites the expected texts; read the diff. */
const update = process.env.UPDATE_CASES === '1'

/** `args` holds one `--set` argument a line, or one flag with its value; lines `NAME=value` after `env:` are the environment. */
function argumentsOf(dir: string) {
  const file = join(dir, 'args')
  const lines = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []
  const after = (start: string) =>
    lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
  const set = lines.filter((line) => !line.startsWith('env:') && !line.startsWith('--'))
  const env = lines.filter((line) => line.startsWith('env:')).map((line) => line.slice(4).split(/=(.*)/s, 2))
  const [vars, setFile] = [after('--vars '), after('--set-file ')]
  return { vars, setFile, set, env: Object.fromEntries(env) as Record<string, string> }
}

async function answerOf(name: string): Promise<string> {
  const dir = join(folder, name)
  try {
    await loadExperiment('experiment.yaml', { registry: fakeRegistry, ...argumentsOf(dir), cwd: dir })
  } catch (thrown) {
    const errors = expectedErrors(thrown)
    if (errors.length === 0) throw thrown
    return renderErrors(errors, { color: false })
  }
  return 'no problem found\n'
}

it.each(cases)('it says what is wrong: %s', async (name) => {
  const file = join(folder, name, 'expected.txt')
  const answer = await answerOf(name)
  if (update) writeFileSync(file, answer)
  expect(answer).not.toBe('no problem found\n')
  expect(answer).toBe(readFileSync(file, 'utf8'))
})

it('the table holds at least 130 broken experiments', () => {
  expect(cases.length).toBeGreaterThanOrEqual(130)
})
