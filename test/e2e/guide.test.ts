import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, type Project } from './project.ts'

const root = resolve(import.meta.dirname, '../..')

interface Block {
  readonly language: string
  readonly line: number
  readonly text: string
}

/** The fenced blocks of a page, in order. */
function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: body = '', index }) => ({
    language,
    line: text.slice(0, index).split('\n').length,
    text: body,
  }))
}

let project: Project
beforeAll(() => {
  project = createProject()
  const bin = join(project.dir, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'xp'), `#!/bin/sh\nexec ${process.execPath} ${join(root, 'bin/xp.js')} "$@"\n`)
  chmodSync(join(bin, 'xp'), 0o755)
  for (const [name, at] of Object.entries({ xp: root, tsx: join(root, 'node_modules/tsx') }))
    symlinkSync(at, join(project.dir, 'node_modules', name))
})
afterAll(() => project.remove())

/** Runs one line as a reader types it; answers what came on both streams. */
function typed(line: string): Promise<{ readonly code: number; readonly output: string }> {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const path = `${join(project.dir, 'node_modules/.bin')}:${inherited.PATH}`
  const env = { ...inherited, PATH: path, NO_COLOR: '1', MLFLOW_TRACKING_URI: '', XP_STORE: '' }
  return new Promise((done) => {
    execFile('bash', ['-c', line], { cwd: project.dir, env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), output: stderr + stdout }),
    )
  })
}

/** A line that a text block shows, in which … stands for anything. */
const shown = (line: string) =>
  new RegExp(
    line
      .trim()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  )

let said = ''
const steps: Readonly<Record<string, (block: Block) => Promise<void>>> = {
  async yaml({ text }) {
    const name = /^# (\S+\.yaml)\n/.exec(text)?.[1]
    expect(name, 'the first line of a YAML block names its file').toBeDefined()
    project.write(name as string, text)
  },
  async sh({ text }) {
    said = ''
    for (const line of text.trim().split('\n')) {
      const { code, output } = await typed(line)
      const expected = Number(/# ends with (\d+)$/.exec(line)?.[1] ?? 0)
      expect(code, `${line}\n${output}`).toBe(expected)
      said += output
    }
  },
  async text({ text }) {
    for (const line of text.trimEnd().split('\n')) expect(said).toMatch(shown(line))
  },
}

const blocks = blocksOf('docs/guide.md')

it.each(blocks)('the guide holds: $language at line $line', async (block) => {
  const step = steps[block.language]
  if (step === undefined) throw new Error(`a block of ${block.language || 'no language'}: nothing runs it`)
  await step(block)
})

it('the guide has commands for each of its parts', () => {
  const commands = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
  expect(commands.length).toBeGreaterThan(20)
  expect(blocks.filter(({ language }) => language === 'yaml').length).toBeGreaterThanOrEqual(3)
})
