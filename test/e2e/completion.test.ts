import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commands } from '../../src/commands/index.ts'
import { completionsOf } from '../../src/completion.ts'
import { createProject, type Project } from './project.ts'

let project: Project
let runId: string
beforeAll(async () => {
  project = createProject()
  project.write(
    'base.yaml',
    `name: base
vars: { size: 16 }
stages:
  load: { uses: load/sample, with: { perClass: 4, size: 16 } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, test: 0.5 } }
`,
  )
  project.write('more.yaml', 'extends: base.yaml\nname: more\nvariants: { quick: {}, large: {} }\n')
  const { stdout } = await project.xp('run', 'base.yaml', '--json')
  runId = JSON.parse(stdout).runId
  await project.xp('runs', 'tag', runId, 'first')
})
afterAll(() => project.remove())

const after = (...words: string[]) => completionsOf(words, commands, project.dir)

it('completes commands, and the words of a topic', async () => {
  expect(await after('ru')).toEqual(['run', 'runs'])
  expect(await after('runs', '')).toEqual(['diff', 'list', 'rm', 'show', 'tag'])
  expect(await after('')).toHaveLength(new Set(Object.keys(commands).map((id) => id.split(':')[0])).size)
  expect(await after('nothing', '')).toEqual([])
})

it('completes flags, and their values', async () => {
  expect(await after('run', 'more.yaml', '--tr')).toEqual(['--tracking'])
  expect(await after('run', 'more.yaml', '--tracking', '')).toEqual(['best-effort', 'required', 'off'])
  expect(await after('run', 'more.yaml', '--variant', 'q')).toEqual(['quick'])
  expect(await after('run', 'more.yaml', '--until', '')).toEqual(['load', 'split'])
  expect(await after('run', 'more.yaml', '--force=s')).toEqual(['--force=split'])
  // As bash takes it apart.
  expect(await after('run', 'more.yaml', '--force', '=', 's')).toEqual(['split'])
  expect(await after('run', 'more.yaml', '--force', '=')).toEqual(['load', 'split'])
  expect(await after('run', 'more.yaml', '--set', 'stages.split.with.t')).toEqual([
    'stages.split.with.train=',
    'stages.split.with.test=',
  ])
  expect(await after('run', 'more.yaml', '--set', 'v')).toEqual(['vars.size='])
})

it('completes stages, runs and tags, and leaves files to the shell', async () => {
  expect(await after('why', 'more.yaml', '')).toEqual(['load', 'split'])
  expect(await after('why', 'absent.yaml', '')).toEqual([])
  expect(await after('runs', 'show', '')).toEqual(['latest', 'first', runId])
  expect(await after('compare', 'latest', 'f')).toEqual(['first'])
  expect(await after('stages', 'show', 'split/s')).toEqual(['split/stratified'])
  expect(await after('run', 'mo')).toEqual([])
  expect(await after('doctor', '')).toEqual([])
})

it('works in a real bash', () => {
  const bin = join(project.dir, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'xp'),
    `#!/bin/sh\nexec ${process.execPath} ${resolve(import.meta.dirname, '../../bin/xp.js')} "$@"\n`,
  )
  chmodSync(join(bin, 'xp'), 0o755)
  const complete = (...words: string[]) => {
    const script = `source <(xp completion bash); COMP_WORDS=(xp ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _xp 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
    return execFileSync('bash', ['-c', script], { cwd: project.dir, env, encoding: 'utf8' }).trim().split('\n')
  }
  expect(complete('va')).toEqual(['validate'])
  expect(complete('why', 'more.yaml', 's')).toEqual(['split'])
  expect(complete('run', 'more.yaml', '--force', '=', 's')).toEqual(['split'])
  expect(complete('run', 'more.yaml', '--force', '=')).toEqual(['load', 'split'])
  expect(complete('runs', 'show', 'lat')).toEqual(['latest'])
  expect(complete('run', '')).toEqual([''])
})

it('prints a script for each shell', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await project.xp('completion', shell)
    expect([code, stdout]).toEqual([0, expect.stringContaining('xp completion words')])
  }
  expect((await project.xp('completion', 'tcsh')).code).toBe(2)
})
