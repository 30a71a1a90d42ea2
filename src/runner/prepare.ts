import { pluginOlder } from '../errors/registry.ts'
import { unknownStageId } from '../errors/wiring.ts'
import { expectedErrors, type Location, type XpError, XpErrors } from '../errors/xp-error.ts'
import type { EngineSettings } from '../registry/engine-settings.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import type { Foresight } from '../registry/foresight.ts'
import type { SourceProgress, SourceScope } from '../sources/source.ts'
import type { Snapshot } from './decide.ts'
import { latestPins } from './pins.ts'
import { readSources, type Sources } from './sources.ts'
import type { Store } from './store.ts'

export interface Prepared {
  /** The stages that take part, in topological order. */
  readonly stages: readonly ResolvedStage[]
  readonly sources: Sources
  readonly snapshot: Snapshot
}

/** The stages that `until` needs, itself included; all without it. */
function stagesUntil(experiment: ResolvedExperiment, until: string | undefined): readonly ResolvedStage[] {
  if (until === undefined) return experiment.stages
  const byId = new Map(experiment.stages.map((stage) => [stage.id, stage]))
  if (!byId.has(until)) throw unknownStageId('--until', until, [...byId.keys()])
  const needed = new Set<string>()
  const open = [until]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    for (const sources of Object.values(byId.get(id)?.inputs ?? {})) open.push(...sources.map((s) => s.stage))
  }
  return experiment.stages.filter(({ id }) => needed.has(id))
}

/** Where a problem stands: at the param that it names, where that is written. */
function placeOf({ details }: XpError, stage: ResolvedStage): Location {
  const written = typeof details?.param === 'string' ? stage.placeOf(details.param) : undefined
  return written ?? stage.where
}

/** Checks the stages, each with what the checks before it answered of its inputs. */
async function checkAll(
  stages: readonly ResolvedStage[],
  sources: Sources,
  engine: Readonly<Record<string, string>>,
): Promise<readonly XpError[]> {
  const known = new Map<string, Foresight>()
  const problems: XpError[] = []
  for (const stage of stages) {
    const { id, params, inputs } = stage
    const single = Object.entries(inputs).flatMap(([port, [source, ...more]]) => {
      const foreseen = source && more.length === 0 ? known.get(source.stage)?.[source.port] : undefined
      return [[port, foreseen ?? {}] as const]
    })
    const context = { params, sources: sources.get(id) ?? {}, foreseen: Object.fromEntries(single), engine }
    try {
      known.set(id, (await stage.stage.check?.(context)) ?? {})
    } catch (error) {
      const expected = expectedErrors(error)
      if (expected.length === 0) throw error
      problems.push(...expected.map((problem) => problem.at(placeOf(problem, stage))))
    }
  }
  return problems
}

async function factsOf(
  stages: readonly ResolvedStage[],
  settings: EngineSettings,
  engineFacts: (engine: EngineSettings) => Promise<Record<string, string>>,
): Promise<{ readonly engine: Readonly<Record<string, string>>; readonly problems: readonly XpError[] }> {
  if (!stages.some(({ stage }) => stage.needs.includes('engine'))) return { engine: {}, problems: [] }
  try {
    return { engine: await engineFacts(settings), problems: [] }
  } catch (error) {
    const problems = expectedErrors(error)
    if (problems.length === 0) throw error
    return { engine: {}, problems }
  }
}

export interface PrepareOptions {
  engineFacts(settings: EngineSettings): Promise<Record<string, string>>
  readonly until?: string
  /** Where earlier runs are, whose locks say which commits they used. */
  readonly runsDir?: string
  /** In their place: the commits of repositories on the hub that are to be used. */
  readonly pins?: NonNullable<SourceScope['pinned']>
  /** Ends the reading of sources that take long. */
  readonly signal?: AbortSignal
  onSourceProgress?(progress: SourceProgress): void
}

/**
 * Everything that can be known before work starts: the content of source data, and what stages check of it.
 * @throws XpErrors with every problem found; the signal's reason when it is aborted.
 */
export async function prepare(
  experiment: ResolvedExperiment,
  store: Store,
  options: PrepareOptions,
): Promise<Prepared> {
  const stages = stagesUntil(experiment, options.until)
  const { signal = new AbortController().signal, onSourceProgress: onProgress = () => undefined } = options
  // Together: a device may take a second to answer.
  const [{ sources, errors, unread }, { engine, problems: ofEngine }] = await Promise.all([
    readSources(stages, {
      store,
      signal,
      onProgress,
      pinned: options.pins ?? latestPins(options.runsDir, experiment.name),
    }),
    factsOf(stages, experiment.engine, options.engineFacts),
  ])
  const problems = [...ofEngine, ...errors]
  for (const { stage, where } of stages) {
    if (stage.code === undefined) continue
    const cached = Math.max(0, ...(await store.history(stage.uses)).map(({ version }) => version))
    if (cached > stage.version) problems.push(pluginOlder(stage.uses, stage.version, cached).at(where))
  }
  const readable = stages.filter(({ id }) => !unread.has(id))
  problems.push(...(await checkAll(readable, sources, engine)))
  if (problems.length > 0) throw new XpErrors(problems)
  const ids = new Set(experiment.stages.map(({ id }) => id))
  return { stages, sources, snapshot: { seed: experiment.seed, ids, engine, sources, results: store } }
}
