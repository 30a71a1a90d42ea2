import { resolve } from 'node:path'
import { type XpError, XpErrors } from '../errors/xp-error.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import { compose } from './compose.ts'
import { resolveEngine, withLongEngine } from './engine.ts'
import { withInferredInputs } from './infer.ts'
import { interpolate } from './interpolate.ts'
import { type LocatedMap, valueAt } from './located.ts'
import { expandMatrix } from './matrix.ts'
import { misspelt } from './misspelt.ts'
import { topologicalOrder } from './order.ts'
import { originsOf, resolvePaths } from './params.ts'
import { type PublicApi, withPlugins } from './plugins.ts'
import { resolvedYaml } from './resolved-yaml.ts'
import { applySets, type Replacements } from './set.ts'
import { locate } from './source.ts'
import { resolveTracking } from './track.ts'
import { validate } from './validate.ts'
import { stageFields } from './validation-schema.ts'
import { withVariants } from './variants.ts'
import { takenStages } from './when.ts'
import { type StageEntry, wire } from './wire.ts'

/** What the command line changes of an experiment. */
export interface Changes extends Replacements {
  /** `--variant` arguments: names of the file's `variants`, laid over it in order. */
  readonly variant?: readonly string[]
}

export interface LoadOptions extends Changes {
  /** The stages that every experiment may use. */
  readonly registry: Registry
  /** What plugins import as `xp`; nothing where it is absent. */
  readonly api?: PublicApi | undefined
  readonly env?: NodeJS.ProcessEnv
  /** Absolute folder that relative paths of `set` start from; the current one by default. */
  readonly cwd?: string
}

function stageEntries(root: LocatedMap, registry: Registry): StageEntry[] {
  const stages = valueAt(root, ['stages'])
  if (stages?.kind !== 'map') return []
  return [...stages.entries].map(([id, { key, value }]) => {
    const fields = value.kind === 'map' ? value.entries : undefined
    const uses = fields?.get('uses')?.value
    const name = uses?.kind === 'scalar' && typeof uses.value === 'string' ? uses.value : ''
    return {
      id,
      key,
      stage: registry.get(name),
      from: fields?.get(fields.has('from') ? 'from' : (misspelt(value, 'from', stageFields) ?? 'from')),
    }
  })
}

/** A field of the composed YAML, absent when its map is empty. */
const present = (key: string, map: unknown) => (Object.keys(map as object).length === 0 ? {} : { [key]: map })

/** Problems in the order of the file; those of the command line after them. */
function inOrder(errors: readonly XpError[], file: string): XpError[] {
  const rank = ({ where }: XpError) => (where === undefined ? 2 : where.file === file ? 0 : 1)
  return [...errors].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b)
    if (a.where?.file !== b.where?.file) return 0
    return (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0)
  })
}

/**
 * Reads an experiment: YAML, `--set`, variables, schema and defaults, wiring.
 * @throws XpErrors with every problem found, each at its token.
 */
export async function loadExperiment(file: string, options: LoadOptions): Promise<ResolvedExperiment> {
  const { variant = [], env = process.env, cwd = process.cwd(), api = async () => ({}) } = options
  const path = resolve(cwd, file)
  const read = await compose(path, file)
  const { source } = read
  if (!read.isWhole) throw new XpErrors(inOrder(read.errors, file))
  const varied = withVariants(read.root, variant)
  const plugged = await withPlugins(varied.root, options.registry, api)
  const { registry } = plugged
  // Which stages a plugin that failed would have had is not known.
  if (plugged.errors.length > 0) throw new XpErrors(inOrder([...read.errors, ...plugged.errors], file))
  const assigned = await applySets(plugged.root, options, { registry, folder: cwd })
  const interpolated = interpolate(assigned.root)
  const expanded = expandMatrix(withInferredInputs(withLongEngine(interpolated.root), registry), registry)
  const { root } = expanded
  const { plain, errors: validation } = validate(root, registry)
  const { entries, leftOut, errors: ofWhen } = takenStages(root, stageEntries(root, registry))
  const wiring = wire(entries, registry, leftOut)
  const ids = entries.map(({ id }) => id)
  const { sorted, errors: cycles } = topologicalOrder(ids, wiring.edges)
  const name = String(plain.name)
  const tracking = resolveTracking(root, name, env)
  const { engine, errors: ofEngine } = resolveEngine(root, plain.engine)
  const errors = [
    ...read.errors,
    ...varied.errors,
    ...assigned.errors,
    ...interpolated.errors,
    ...expanded.errors,
    ...validation,
    ...ofEngine,
    ...ofWhen,
    ...wiring.errors,
    ...cycles,
    ...tracking.errors,
  ]
  if (errors.length > 0) throw new XpErrors(inOrder(errors, file))

  const plainStages = plain.stages as Readonly<Record<string, { readonly with: Readonly<Record<string, unknown>> }>>
  const paramsOf = ({ id, stage }: StageEntry) =>
    resolvePaths(
      plainStages[id]?.with,
      valueAt(root, ['stages', id, 'with']),
      (stage as AnyStage).params,
      source.folder,
    )
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const stages = sorted.map((id): ResolvedStage => {
    const entry = byId.get(id) as StageEntry
    const params = paramsOf(entry) as ResolvedStage['params']
    const cell = expanded.cells.get(id)
    return {
      id,
      ...(cell !== undefined && { cell }),
      stage: entry.stage as AnyStage,
      params,
      origins: originsOf(params, valueAt(root, ['stages', id, 'with'])),
      inputs: wiring.inputs.get(id) ?? {},
      where: locate(entry.key),
      placeOf: (param) => {
        const written = valueAt(root, ['stages', id, 'with', ...param.split('.')])
        return written === undefined ? undefined : locate((written.use ?? written).span)
      },
    }
  })
  const composedStages = Object.fromEntries(
    stages.map(({ id, stage, params }) => {
      const from = (plainStages[id] as { from?: unknown } | undefined)?.from
      return [id, { uses: stage.uses, ...(from === undefined ? {} : { from }), ...present('with', params) }]
    }),
  )
  const { seed, vars, track } = plain
  const { where: _, ...settings } = engine
  return {
    name,
    file: path,
    seed: seed as number,
    engine,
    stages,
    track: tracking.mlflow === undefined ? {} : { mlflow: tracking.mlflow },
    resolvedYaml: resolvedYaml(
      {
        name,
        seed,
        engine: settings,
        ...(plugged.files.length > 0 && { plugins: plugged.files }),
        ...present('vars', vars),
        stages: composedStages,
        ...present('track', track),
      },
      root,
    ),
  }
}
