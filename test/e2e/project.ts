import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const bin = resolve(import.meta.dirname, '../../bin/xp.js')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A throw-away project: its own folder, store and runs. */
export interface Project {
  readonly dir: string
  write(file: string, text: string | Uint8Array): string
  /** Runs `xp` in the project and waits for its end. */
  xp(...args: string[]): Promise<Ended>
  /** Starts `xp` and answers the process, to signal it. */
  start(...args: string[]): {
    readonly pid: number
    kill(signal: NodeJS.Signals): void
    readonly ended: Promise<Ended>
    onStderr(listener: (text: string) => void): void
  }
  remove(): Promise<void>
}

export function createProject(env: NodeJS.ProcessEnv = {}): Project {
  const dir = mkdtempSync(join(tmpdir(), 'xp-e2e-'))
  writeFileSync(join(dir, 'package.json'), '{}\n')
  const start: Project['start'] = (...args) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: dir,
      env: { ...process.env, NO_COLOR: '1', MLFLOW_TRACKING_URI: '', XP_STORE: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    const listeners: ((text: string) => void)[] = []
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      for (const listener of listeners) listener(stderr)
    })
    const ended = new Promise<Ended>((done) =>
      child.on('close', (code, signal) => done({ code, signal, stdout, stderr })),
    )
    return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended, onStderr: (l) => listeners.push(l) }
  }
  return {
    dir,
    write: (file, text) => {
      writeFileSync(join(dir, file), text)
      return join(dir, file)
    },
    start,
    xp: (...args) => start(...args).ended,
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

/** The smallest experiment that goes through every family of stages; a few seconds. */
export const tinyExperiment = (load = '{ uses: load/sample, with: { perClass: 20, size: 16 } }') => `name: tiny
seed: 42
stages:
  load: ${load}
  split: { uses: split/stratified, from: load, with: { train: 0.6, validation: 0.2, test: 0.2 } }
  model: { uses: model/vit, from: { dataset: split }, with: { imageSize: 16, patchSize: 8, hiddenSize: 16, layers: 1, heads: 2 } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
  before: { uses: evaluate/classification, from: { model: model, data: transform }, with: { part: test } }
  train: { uses: train/supervised, from: { model: model, data: transform }, with: { epochs: 2, batchSize: 8, learningRate: 1.0e-3 } }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform }, with: { part: test } }
  report: { uses: report/html, from: { runs: [before, evaluate], training: train, data: transform } }
`
