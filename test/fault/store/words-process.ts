import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { RunResult } from '../../../src/runner/run-result.ts'
import { temporaryFolder } from '../../unit/runner/temporary.ts'

export const root = resolve(import.meta.dirname, '../../..')

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly result: RunResult
  readonly outputs: unknown
}

/** A folder with three words to count. */
export function newProject(): string {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'words'))
  writeFileSync(join(dir, 'words', 'a.txt'), 'boot sandal shoe')
  return dir
}

/** Runs the words experiment in a process of its own, which may be killed at a crash point. */
export function runChild(dir: string, { crashAt = '', task = 'once' } = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'child.ts'), dir, task], {
      cwd: root,
      env: { ...process.env, XP_CRASH_AT: crashAt },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      err += data
    })
    child.on('close', (code, signal) => {
      if (signal !== null) done({ signal, result: undefined as never, outputs: undefined })
      else if (code !== 0) fail(new Error(err))
      else done({ signal, ...JSON.parse(out) })
    })
  })
}
