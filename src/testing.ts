import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { FileTree } from './artifacts/file-tree.ts'
import { type ArtifactType, type InputPorts, type OutputPorts, portOf } from './registry/artifact.ts'
import type { Engine } from './registry/engine.ts'
import type { PortSource, ResolvedExperiment, ResolvedStage } from './registry/experiment.ts'
import { keyIngredients, keyOf } from './registry/key.ts'
import { paramLeaves } from './registry/param-leaves.ts'
import { keyRoleOf } from './registry/params.ts'
import { createRegistry } from './registry/registry.ts'
import { type AnyStage, stageProblem } from './registry/stage.ts'
import { executeExperiment } from './runner/execute.ts'
import { openStore, type Store } from './runner/store.ts'
import { digestTree } from './std/hash.ts'
import { hashFiles, hashTree, listTree } from './std/tree.ts'

/** One way to use a stage, small enough to be run several times. */
export interface StageTrial {
  readonly stage: AnyStage
  /** Params without defaults are to be given; paths absolute. */
  readonly params?: Readonly<Record<string, unknown>>
  /** By input port: a value of its artifact type; a list for a port that takes many. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Other values that the schema takes, by param: what is told to be ignored must not change the result with them. */
  readonly others?: Readonly<Record<string, unknown>>
  /** Folders whose files the inputs name by the digest of the whole, as a dataset its images. */
  readonly folders?: readonly string[]
  /** For a stage that needs one. */
  readonly engine?: () => Promise<Engine>
}

type Params = Readonly<Record<string, unknown>>
type Outputs = Readonly<Record<string, { readonly type: string; readonly digest: string }>>

const where = { file: 'trial.yaml', line: 1, column: 1 }

/** A stage that makes nothing but a given value. */
function giving(port: string, place: number, type: ArtifactType<unknown>, value: unknown): ResolvedStage {
  const stage: AnyStage = {
    uses: `load/given-${port.toLowerCase()}-${place}`,
    version: 1,
    summary: 'A given value.',
    params: { type: 'object', properties: {}, additionalProperties: false } as never,
    inputs: {},
    outputs: { value: type },
    metrics: {},
    needs: [],
    run: async () => ({ value }),
  }
  return {
    id: `given-${port.toLowerCase()}-${place}`,
    stage,
    params: {},
    origins: new Map(),
    inputs: {},
    where,
    placeOf: () => undefined,
  }
}

/** The stage, with a word each time that it tells of progress: the log passes on only some of it. */
const watched = (stage: AnyStage, onProgress: () => void): AnyStage => ({
  ...stage,
  run: (ctx) => {
    const progress: typeof ctx.progress = (...told) => {
      onProgress()
      ctx.progress(...told)
    }
    // Stages take what they need apart: everything is the context's own, and getters stay getters.
    const own = { ...Object.getOwnPropertyDescriptors(ctx), progress: { value: progress, enumerable: true } }
    return stage.run(Object.defineProperties({}, own) as typeof ctx)
  },
})

class Trial {
  readonly problems: string[] = []
  readonly #trial: StageTrial
  readonly #dir: string

  constructor(trial: StageTrial, dir: string) {
    this.#trial = trial
    this.#dir = dir
  }

  problem(text: string): void {
    this.problems.push(`${this.#trial.stage.uses}: ${text}`)
  }

  /** Runs the stage in a store of its own. Answers its outputs, or what was thrown. */
  async run(
    name: string,
    params: Params,
    { seed = 42, onProgress }: { readonly seed?: number; onProgress?(abort: (reason: unknown) => void): void } = {},
  ): Promise<{ readonly outputs?: Outputs; readonly thrown?: unknown; readonly store: Store }> {
    const { inputs = {}, folders = [], engine: create } = this.#trial
    const controller = new AbortController()
    const abort = (reason: unknown) => controller.abort(reason)
    const stage = watched(this.#trial.stage, () => onProgress?.(abort))
    const store = await openStore(join(this.#dir, name))
    for (const dir of folders) await store.publish(FileTree, { dir }, dir)
    const engine = await create?.()
    const given: ResolvedStage[] = []
    const wired: Record<string, readonly PortSource[]> = {}
    for (const [port, declared] of Object.entries(stage.inputs as InputPorts)) {
      if (!Object.hasOwn(inputs, port)) continue
      const { type, arity } = portOf(declared)
      const values = arity === 'many' ? (inputs[port] as readonly unknown[]) : [inputs[port]]
      const stages = values.map((value, i) => giving(port, i, type as ArtifactType<unknown>, value))
      given.push(...stages)
      wired[port] = stages.map(({ id }) => ({ stage: id, port: 'value' }))
    }
    const tried: ResolvedStage = {
      id: 'tried',
      stage,
      params,
      origins: new Map(),
      inputs: wired,
      where,
      placeOf: () => undefined,
    }
    const experiment: ResolvedExperiment = {
      name: 'trial',
      file: join(this.#dir, 'trial.yaml'),
      seed,
      engine: { name: 'tfjs', backend: 'cpu', where: {} },
      stages: [...given, tried],
      track: {},
      resolvedYaml: 'name: trial\n',
    }
    const { thrown } = await executeExperiment({
      experiment,
      store,
      runsDir: join(this.#dir, `${name}-runs`),
      version: '0',
      engineFacts: async () => ({ ...(engine?.facts ?? { engine: 'trial' }) }),
      createEngine: async () => {
        if (engine === undefined) throw new TypeError('the trial gives no engine')
        return engine
      },
      sinks: () => [],
      signal: controller.signal,
    })
    if (thrown !== undefined) return { thrown, store }
    const [made] = await store.history(stage.uses)
    return { outputs: made?.outputs ?? {}, store }
  }

  /** Reads what was written, and writes it again. */
  async roundTrip(outputs: Outputs, store: Store): Promise<void> {
    for (const [port, type] of Object.entries(this.#trial.stage.outputs as OutputPorts)) {
      const digest = outputs[port]?.digest ?? ''
      const again = join(this.#dir, `again-${port}`)
      await (await import('node:fs/promises')).mkdir(again)
      await type.write(again, await type.read(store.objectDir(digest)))
      const files = await hashFiles(again, listTree(again, { everything: true }), undefined)
      if (digestTree(files) !== digest) this.problem(`its output ${port}, read and written again, has other bytes`)
    }
  }
}

/** Descriptions and the closed schema that every stage has. */
function declarations(trial: Trial, { stage }: StageTrial): void {
  const { properties = {}, additionalProperties } = stage.params as {
    properties?: Record<string, { description?: unknown }>
    additionalProperties?: unknown
  }
  if (!/^[A-Z].*\.$/s.test(stage.summary)) trial.problem('its summary is no sentence')
  if (additionalProperties !== false) trial.problem('its params take unknown names: say additionalProperties: false')
  for (const [name, { description }] of Object.entries(properties))
    if (typeof description !== 'string' || description === '') trial.problem(`its param ${name} has no description`)
}

/** Each param that counts changes the key; those that say that they are ignored do not. */
function keys(trial: Trial, { stage, others = {} }: StageTrial, params: Params): void {
  const keyWith = (own: Params) => {
    const paths = paramLeaves(stage.params, own).filter(({ role }) => role === 'tree' || role === 'file')
    return keyOf(
      keyIngredients({
        stage,
        params: own,
        origins: new Map(),
        sources: Object.fromEntries(paths.map(({ path, value }) => [path, String(value)])),
        inputs: {},
        seed: 42,
        engine: {},
      }),
    )
  }
  const properties = (stage.params as { properties?: Record<string, object> }).properties ?? {}
  for (const [name, value] of Object.entries(others)) {
    const role = keyRoleOf(properties[name] ?? {})
    const changes = keyWith({ ...params, [name]: value }) !== keyWith(params)
    if (typeof role === 'object' && changes) trial.problem(`its param ${name} is ignored and changes the key`)
    if (typeof role !== 'object' && !changes) trial.problem(`another ${name} has the same key`)
  }
}

/** Source folders are read, never written. */
async function sourcesOf(stage: AnyStage, params: Params): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { path, value, role } of paramLeaves(stage.params, params)) {
    if (role !== 'tree' || typeof value !== 'string') continue
    if ((await stat(value).catch(() => undefined))?.isDirectory()) found.set(path, (await hashTree(value)).digest)
  }
  return found
}

/** How often a stage may still tell of progress once it is to stop. */
const patience = 3

/**
 * Tries a stage as the runner uses it. Needs no test framework: give what it answers to an assertion that it is empty.
 * @returns what does not conform, one sentence each
 */
export async function testStage(given: StageTrial): Promise<readonly string[]> {
  const { stage } = given
  const malformed = stageProblem(stage)
  if (malformed !== undefined) return [`${String(stage.uses)}: ${malformed}`]
  createRegistry([stage])
  const dir = await mkdtemp(join(tmpdir(), 'xp-trial-'))
  const trial = new Trial(given, dir)
  try {
    declarations(trial, given)
    const params = Value.Default(stage.params, structuredClone({ ...given.params })) as Params
    if (!Value.Check(stage.params, params))
      return [...trial.problems, `${stage.uses}: its schema refuses the params of the trial`]
    keys(trial, given, params)
    const before = await sourcesOf(stage, params)
    const { outputs, thrown, store } = await trial.run('one', params)
    if (outputs === undefined) throw thrown
    await trial.roundTrip(outputs, store)
    for (const [path, digest] of await sourcesOf(stage, params))
      if (before.get(path) !== digest) trial.problem(`it writes into the folder that ${path} names`)

    const again = await trial.run('again', params)
    const digests = (made: Outputs | undefined) =>
      JSON.stringify(Object.entries(made ?? {}).map(([port, o]) => [port, o.digest]))
    if (digests(again.outputs) !== digests(outputs)) trial.problem('the same params, inputs and seed give other bytes')
    if (!stage.needs.includes('seed')) {
      const other = await trial.run('seed', params, { seed: 43 })
      if (digests(other.outputs) !== digests(outputs))
        trial.problem("another seed gives other bytes: declare needs: ['seed']")
    }
    const properties = (stage.params as { properties?: Record<string, object> }).properties ?? {}
    for (const [name, value] of Object.entries(given.others ?? {})) {
      if (typeof keyRoleOf(properties[name] ?? {}) !== 'object') continue
      const other = await trial.run(`ignored-${name}`, { ...params, [name]: value })
      if (digests(other.outputs) !== digests(outputs))
        trial.problem(`its param ${name} is ignored, and changes the bytes`)
    }

    let told = 0
    const reason = new Error('stopped by the trial')
    const stopped = await trial.run('stop', params, {
      onProgress(abort) {
        told += 1
        abort(reason)
      },
    })
    if (told > patience) trial.problem(`it goes on after it was to stop: ${told} words of progress`)
    if (told > 0 && stopped.thrown !== undefined && stopped.thrown !== reason)
      trial.problem('it throws something else than the reason of the signal when it is to stop')
    return trial.problems
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
