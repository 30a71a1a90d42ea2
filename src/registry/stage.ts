import type { Static, TObject } from 'typebox'
import type { Json } from '../std/canonical-json.ts'
import type { Digest, TreeFile } from '../std/hash.ts'
import type { InputPorts, InputValues, OutputPorts, OutputValues } from './artifact.ts'
import type { Engine } from './engine.ts'
import type { Foresight } from './foresight.ts'
import type { MetricName } from './metrics.ts'

export const stageFamilies = ['load', 'split', 'transform', 'model', 'features', 'train', 'evaluate', 'report'] as const
export type StageFamily = (typeof stageFamilies)[number]

export interface MetricDeclaration {
  readonly unit: string
  readonly per: 'batch' | 'epoch' | 'run'
  readonly better?: 'higher' | 'lower'
  readonly description: string
}
// By metric name, `<part>/<metric>`. One star may stand at an end and means any text of one or more characters:
// `*/loss` is the loss on every part. `metricDeclaration` finds the declaration of a name.
export type MetricDeclarations = Readonly<Record<string, MetricDeclaration>>

/** What else may change the bytes a stage makes, beside inputs, params and version. */
export type StageNeed = 'seed' | 'engine'

/** How a stage is tried again after a failure that may pass: what reaches over a network, say. */
export interface RetryPolicy {
  /** Tries after the first one. */
  readonly times: number
  /** Milliseconds before the second try; each later wait is twice as long. */
  readonly firstWaitMs: number
}

/** Source data named by a `tree` or `file` param. */
export interface SourceTree {
  /** Absolute path: the folder, or the folder that holds the single file. */
  readonly root: string
  /** What a reader knows `root` by, where that is something else: the archive that was unpacked there. */
  readonly named?: string
  /** What says where the files came from, for `lock.json`: an archive's SHA-256, a repository's revision. */
  readonly pinned?: Readonly<Record<string, Json>>
  readonly digest: Digest
  readonly files: readonly TreeFile[]
}

/** Where the data lies that a `tree` param names: elsewhere, where what it names is no folder. */
export const locationOf = (path: string, source: SourceTree | undefined): string =>
  source?.named === undefined ? path : source.root

export interface StageContext<
  P,
  I extends InputPorts,
  M extends MetricDeclarations,
  O extends OutputPorts = OutputPorts,
> {
  /** After defaults; paths are absolute. */
  readonly params: P
  readonly inputs: InputValues<I>
  /** By param name: the content of each `tree` or `file` param. */
  readonly sources: Readonly<Record<string, SourceTree>>
  /** The experiment's seed. @throws unless the stage declares `needs: ['seed']`. */
  readonly seed: number
  /** Numerical engine. @throws unless the stage declares `needs: ['engine']`. */
  readonly engine: Engine
  /** A folder that belongs to this stage's key and survives a crash; not part of the outputs. */
  readonly scratch: string
  /** Aborted on Ctrl-C or SIGTERM; honoured within one batch. */
  readonly signal: AbortSignal
  /** Absolute path of the tree with this digest: a source folder of this run, or an artifact in the store. */
  locate(digest: Digest): string
  /** Results in the store whose key differs from this stage's in one param only: its value and what was made. */
  earlier(param: string): Promise<readonly EarlierResult<O>[]>
  metric(name: MetricName<M>, value: number, step: number, epoch?: number): void
  progress(done: number, total: number, what: string): void
  warn(message: string): void
}

export interface EarlierResult<O extends OutputPorts> {
  readonly value: Json | undefined
  outputs(): Promise<OutputValues<O>>
}

/** What is known of a stage's inputs before any work starts, for `check`. */
export interface CheckContext<P> {
  readonly params: P
  readonly sources: Readonly<Record<string, SourceTree>>
  /** By input port that takes one artifact: what is known of it. */
  readonly foreseen: Foresight
  /** Facts of the engine; empty where no stage needs one. */
  readonly engine: Readonly<Record<string, string>>
}

/** One step of an experiment. `uses` is the path under `src/stages` and the value in the YAML. */
export interface StageDefinition<
  S extends TObject,
  I extends InputPorts,
  O extends OutputPorts,
  M extends MetricDeclarations,
> {
  readonly uses: `${StageFamily}/${string}`
  /** Of a plugin: the digest of its code, which is part of its keys; set by the loader. */
  readonly code?: Digest
  /** Raised when equal inputs would give other bytes. */
  readonly version: number
  readonly summary: string
  readonly params: S
  readonly inputs: I
  readonly outputs: O
  readonly metrics: M
  readonly needs: readonly StageNeed[]
  /** A stage that declares nothing is tried once. The scratch folder is the same for every try. */
  readonly retry?: RetryPolicy
  /**
   * Cheap checks before any stage starts, of params, source files and what is known of the inputs by then. Answers what
   * is known of the outputs, for the stages that take them.
   * @throws XpError
   */
  check?(ctx: CheckContext<Static<S>>): Promise<Foresight | undefined>
  /** What to do about a `tree` or `file` param whose path does not exist, where the stage knows more than that. */
  absent?(path: string): string | undefined
  run(ctx: StageContext<Static<S>, I, M, O>): Promise<OutputValues<O>>
}

export const defineStage = <
  S extends TObject,
  I extends InputPorts,
  O extends OutputPorts,
  const M extends MetricDeclarations,
>(
  definition: StageDefinition<S, I, O, M>,
) => Object.freeze(definition)

// biome-ignore lint/suspicious/noExplicitAny: the registry holds stages of every shape; `run` is a method, so no cast is needed.
export type AnyStage = StageDefinition<any, any, any, any>

/** What keeps a value from being a stage, in words, for authors who use no types; undefined where nothing does. */
export function stageProblem(stage: AnyStage): string | undefined {
  const fields = stage as unknown as Readonly<Record<string, unknown>>
  const isTable = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
  if (typeof fields.uses !== 'string') return 'uses must be a text'
  if (typeof fields.summary !== 'string') return 'summary must be a text'
  if (!isTable(fields.params) || (fields.params as { type?: unknown }).type !== 'object')
    return 'params must be a Type.Object'
  for (const table of ['inputs', 'outputs', 'metrics']) if (!isTable(fields[table])) return `${table} must be a table`
  if (Object.keys(stage.outputs).length === 0) return 'outputs must name one artifact at least'
  const needs = fields.needs
  if (!Array.isArray(needs) || !needs.every((need) => need === 'seed' || need === 'engine'))
    return "needs must be a list of 'seed' and 'engine'"
  const retry = fields.retry as Partial<RetryPolicy> | undefined
  const isCount = (value: unknown) => typeof value === 'number' && value >= 0
  if (retry !== undefined && !(isCount(retry?.times) && isCount(retry?.firstWaitMs)))
    return 'retry must hold the numbers times and firstWaitMs'
  return typeof fields.run === 'function' ? undefined : 'run must be a function'
}
