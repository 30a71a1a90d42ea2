import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from 'typebox'
import { jsonArtifact } from '../../../src/artifacts/json-artifact.ts'
import { Report, runSlot } from '../../../src/artifacts/report.ts'
import { many } from '../../../src/registry/artifact.ts'
import type { Engine } from '../../../src/registry/engine.ts'
import type { RunEvent, RunFacts, Sink } from '../../../src/registry/events.ts'
import type { Origin, PortSource, ResolvedExperiment, ResolvedStage } from '../../../src/registry/experiment.ts'
import { ignoredByKey, TreePath } from '../../../src/registry/params.ts'
import { type AnyStage, defineStage } from '../../../src/registry/stage.ts'
import { type ExecuteOptions, executeExperiment } from '../../../src/runner/execute.ts'
import { openStore } from '../../../src/runner/store.ts'

export const Words = jsonArtifact<readonly string[]>('words@1', 'Words.')
export const Count = jsonArtifact<{ readonly count: number }>('count@1', 'A count.')
const strict = { additionalProperties: false }

/** How often each stage ran in this process. */
export const ran: string[] = []

export const loadWords = defineStage({
  uses: 'load/words',
  version: 1,
  summary: 'The words of every file of a folder.',
  params: Type.Object({ root: TreePath({ description: 'A folder.' }) }, strict),
  inputs: {},
  outputs: { words: Words },
  metrics: {},
  needs: [],
  async run({ params, sources }) {
    ran.push('load/words')
    const files = sources.root?.files ?? []
    const texts = await Promise.all(files.map((file) => readFile(join(params.root, file.path), 'utf8')))
    return { words: texts.flatMap((text) => text.split(/\s+/).filter((word) => word !== '')) }
  },
})

export const transformPick = defineStage({
  uses: 'transform/pick',
  version: 1,
  summary: 'The words of at least some length.',
  params: Type.Object(
    {
      atLeast: Type.Number({ description: 'Letters.' }),
      workers: Type.Number({ description: 'Threads.', ...ignoredByKey('Threads change no bytes.') }),
    },
    strict,
  ),
  inputs: { words: Words },
  outputs: { words: Words },
  metrics: {},
  needs: [],
  async run({ params, inputs }) {
    ran.push('transform/pick')
    return { words: inputs.words.filter((word) => word.length >= params.atLeast) }
  },
})

export const trainCount = defineStage({
  uses: 'train/count',
  version: 1,
  summary: 'Counts words, plus the seed.',
  params: Type.Object({ learningRate: Type.Number({ description: 'Unused.' }) }, strict),
  inputs: { words: Words },
  outputs: { count: Count },
  metrics: { 'train/words': { unit: 'words', per: 'batch', description: 'Words so far.' } },
  needs: ['seed'],
  async run(ctx) {
    ran.push('train/count')
    for (const [i] of ctx.inputs.words.entries()) {
      ctx.signal.throwIfAborted()
      ctx.metric('train/words', i + 1, i + 1)
      ctx.progress(i + 1, ctx.inputs.words.length, 'words')
    }
    return { count: { count: ctx.inputs.words.length + ctx.seed } }
  },
})

export const reportPage = defineStage({
  uses: 'report/page',
  version: 1,
  summary: 'Counts on a page.',
  params: Type.Object({}, strict),
  inputs: { counts: many(Count) },
  outputs: { report: Report },
  metrics: {},
  needs: [],
  async run({ inputs }) {
    ran.push('report/page')
    return { report: { html: `<p>${inputs.counts.map((c) => c.count).join(' ')}</p>\n${runSlot}\n` } }
  },
})

export interface FakeStage {
  readonly id: string
  readonly stage: AnyStage
  readonly params?: Readonly<Record<string, unknown>>
  readonly inputs?: Readonly<Record<string, readonly PortSource[]>>
  readonly origins?: Readonly<Record<string, Origin>>
}

export const resolved = ({ id, stage, params = {}, inputs = {}, origins = {} }: FakeStage): ResolvedStage => ({
  id,
  stage,
  params,
  inputs,
  origins: new Map(Object.entries(origins)),
  where: { file: 'x.yaml', line: 1, column: 1 },
  placeOf: (param) => ({ file: `x.yaml#${param}`, line: 2, column: 2 }),
})

export const experimentOf = (stages: readonly FakeStage[], seed = 42): ResolvedExperiment => ({
  name: 'Words & counts',
  file: '/x.yaml',
  seed,
  engine: { name: 'tfjs', backend: 'cpu', where: {} },
  stages: stages.map(resolved),
  track: {},
  resolvedYaml: 'name: words <&>\n',
})

export interface WordOptions {
  readonly root: string
  readonly atLeast?: number
  readonly workers?: number
  readonly learningRate?: number
  readonly seed?: number
  readonly trainId?: string
  readonly train?: AnyStage
  readonly origins?: Readonly<Record<string, Origin>>
}

/** load → pick → train → report. */
export function wordsExperiment(options: WordOptions): ResolvedExperiment {
  const { root, atLeast = 3, workers = 1, learningRate = 1e-5, seed = 42, trainId = 'train' } = options
  return experimentOf(
    [
      { id: 'load', stage: loadWords, params: { root } },
      {
        id: 'pick',
        stage: transformPick,
        params: { atLeast, workers },
        inputs: { words: [{ stage: 'load', port: 'words' }] },
      },
      {
        id: trainId,
        stage: options.train ?? trainCount,
        params: { learningRate },
        inputs: { words: [{ stage: 'pick', port: 'words' }] },
        ...(options.origins === undefined ? {} : { origins: options.origins }),
      },
      { id: 'report', stage: reportPage, inputs: { counts: [{ stage: trainId, port: 'count' }] } },
    ],
    seed,
  )
}

export class RecordingSink implements Sink {
  readonly name = 'recording'
  readonly events: RunEvent[] = []
  handle(event: RunEvent) {
    this.events.push(event)
  }
  async close() {
    return {}
  }
}

export interface Place {
  readonly store: string
  readonly runs: string
}

/** Runs an experiment as a new process would: with a store opened anew. */
export async function execute(
  experiment: ResolvedExperiment,
  place: Place,
  options: Partial<Omit<ExecuteOptions, 'sinks'>> & { readonly sinks?: (run: RunFacts) => readonly Sink[] } = {},
) {
  return executeExperiment({
    experiment,
    store: await openStore(place.store),
    runsDir: place.runs,
    version: '0.0.0',
    engineFacts: async () => ({ engine: 'fake' }),
    createEngine: async () => ({ facts: { engine: 'fake' }, dispose: async () => {} }) as unknown as Engine,
    sinks: () => [],
    signal: new AbortController().signal,
    ...options,
  })
}

export const statuses = ({ result }: Awaited<ReturnType<typeof execute>>) =>
  Object.fromEntries(result.stages.map(({ id, status }) => [id, status]))

export const reasonOf = ({ result }: Awaited<ReturnType<typeof execute>>, id: string) =>
  result.stages.find((stage) => stage.id === id)?.reason

export const eventsOf = (dir: string): RunEvent[] =>
  readFileSync(join(dir, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
