import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { jsonArtifact } from '../src/artifacts/json-artifact.ts'
import type { ResolvedStage } from '../src/registry/experiment.ts'
import { defineStage } from '../src/registry/stage.ts'
import { executeExperiment } from '../src/runner/execute.ts'
import { openStore } from '../src/runner/store.ts'
import { createConsoleSink } from '../src/tracking/console/sink.ts'
import { peakBytes } from './peak-memory.ts'

/** Time per event and peak memory of a stage that tells 1,000, 10,000 and 100,000 metrics, run once and taken from the cache once. */
const [asked, dir = ''] = process.argv.slice(2)

async function child(events: number): Promise<void> {
  const Nothing = jsonArtifact<object>('nothing@1', 'Nothing.')
  const stage = defineStage({
    uses: 'train/talking',
    version: 1,
    summary: 'Tells metrics.',
    params: Type.Object({}, { additionalProperties: false }),
    inputs: {},
    outputs: { nothing: Nothing },
    metrics: { 'train/loss': { unit: 'nats', per: 'batch', description: 'Made up.' } },
    needs: [],
    async run({ metric, progress }) {
      for (let step = 1; step <= events; step++) {
        metric('train/loss', 1 / step, step, step / events)
        progress(step, events, 'steps')
      }
      return { nothing: {} }
    },
  })
  const where = { file: '', line: 1, column: 1 }
  const talking: ResolvedStage = {
    ...{ id: 'talking', stage, params: {}, origins: new Map(), inputs: {}, where, placeOf: () => undefined },
  }
  const began = performance.now()
  const { result, thrown } = await executeExperiment({
    experiment: {
      ...{ name: 'events', file: '', seed: 0, stages: [talking], track: {}, resolvedYaml: '' },
      engine: { name: 'tfjs', backend: 'cpu', where: {} },
    },
    store: await openStore(join(dir, 'store')),
    runsDir: join(dir, 'runs'),
    version: '0',
    engineFacts: async () => ({}),
    createEngine: () => Promise.reject(new Error('not needed')),
    sinks: () => [createConsoleSink({ stream: process.stderr, isTTY: false })],
    signal: new AbortController().signal,
  })
  if (thrown !== undefined) throw thrown
  const microseconds = ((performance.now() - began) * 1000) / events
  console.log(JSON.stringify({ microseconds, status: result.stages[0]?.status, peak: await peakBytes() }))
}

if (asked !== undefined) await child(Number(asked))
else
  for (const events of [1000, 10_000, 100_000]) {
    const folder = mkdtempSync(join(tmpdir(), 'xp-bench-'))
    const told = () => {
      const args = ['--import', 'tsx', import.meta.filename, String(events), folder]
      const out = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      const { microseconds, status, peak } = JSON.parse(out)
      return `${status}: ${microseconds.toFixed(1)} µs each, peak ${(peak / 1e6).toFixed(0)} MB`
    }
    console.log(`${events} events, ${told()}; ${told()}`)
    rmSync(folder, { recursive: true })
  }
