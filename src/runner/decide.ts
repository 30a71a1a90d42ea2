import type { ResolvedStage } from '../registry/experiment.ts'
import { explainMiss, type MissContext, nearestPrevious } from '../registry/explain-miss.ts'
import { type Ingredient, keyIngredients, keyOf } from '../registry/key.ts'
import type { SourceTree } from '../registry/stage.ts'
import type { Digest, TreeFile } from '../std/hash.ts'
import type { Manifest, StoredOutput } from './manifest.ts'
import type { Lookup } from './store.ts'

/** What planning may ask of the store. */
export interface Results {
  lookup(key: Digest): Promise<Lookup>
  /** Earlier results of a stage, latest first. */
  history(uses: string): Promise<readonly Manifest[]>
  /** The files of a source tree of an earlier run, when they are still known. */
  treeFiles(digest: Digest): Promise<readonly TreeFile[] | undefined>
}

/** What is known before any stage starts. */
export interface Snapshot {
  readonly seed: number
  /** Ids of all stages of the experiment. */
  readonly ids: ReadonlySet<string>
  /** Empty when no stage needs the engine. */
  readonly engine: Readonly<Record<string, string>>
  readonly sources: ReadonlyMap<string, Readonly<Record<string, SourceTree>>>
  readonly results: Results
}

/** By output port. */
export type Outputs = Readonly<Record<string, StoredOutput>>

export interface Decision {
  readonly key: Digest
  readonly ingredients: readonly Ingredient[]
  readonly lookup: Lookup
  /** First cause, in words. */
  readonly reason: string
}

/** The earlier result that is most like what a stage would make now, and what makes their differences readable. */
export async function nearestResult(
  stage: ResolvedStage,
  ingredients: readonly Ingredient[],
  snapshot: Snapshot,
): Promise<{ readonly previous: Manifest; readonly context: MissContext } | undefined> {
  const history = await snapshot.results.history(stage.stage.uses)
  // A result of another stage of this experiment is not this one's past.
  const own = history.filter((result) => result.stage === stage.id || !snapshot.ids.has(result.stage))
  const previous = nearestPrevious(own, ingredients)
  if (previous === undefined) return undefined
  const trees = new Map<Digest, readonly TreeFile[] | undefined>()
  for (const [name, value] of [...previous.ingredients, ...ingredients]) {
    if (name.startsWith('sources.')) trees.set(value as string, await snapshot.results.treeFiles(value as string))
  }
  for (const { digest, files } of Object.values(snapshot.sources.get(stage.id) ?? {})) trees.set(digest, files)
  const context = { origins: stage.origins, inputs: stage.inputs, files: (tree: Digest) => trees.get(tree) }
  return { previous, context }
}

async function reasonToRun(stage: ResolvedStage, ingredients: readonly Ingredient[], snapshot: Snapshot) {
  const nearest = await nearestResult(stage, ingredients, snapshot)
  if (nearest === undefined) return 'never run'
  return explainMiss(nearest.previous.ingredients, ingredients, nearest.context) ?? 'its result was removed'
}

/** Key of a stage whose inputs are known, what the store holds under it, and why it runs or does not. */
export async function decide(
  stage: ResolvedStage,
  made: ReadonlyMap<string, Outputs>,
  snapshot: Snapshot,
): Promise<Decision> {
  const digestOf = (source: { stage: string; port: string }): Digest => {
    const output = made.get(source.stage)?.[source.port]
    if (output === undefined) throw new Error(`${stage.id}: ${source.stage}.${source.port} is not made yet`)
    return output.digest
  }
  const ingredients = keyIngredients({
    stage: stage.stage,
    params: stage.params,
    origins: stage.origins,
    sources: Object.fromEntries(
      Object.entries(snapshot.sources.get(stage.id) ?? {}).map(([param, { digest }]) => [param, digest]),
    ),
    inputs: Object.fromEntries(Object.entries(stage.inputs).map(([port, from]) => [port, from.map(digestOf)])),
    seed: snapshot.seed,
    engine: snapshot.engine,
  })
  const key = keyOf(ingredients)
  const lookup = await snapshot.results.lookup(key)
  const reason =
    lookup.kind === 'hit'
      ? `unchanged since run ${lookup.manifest.run}`
      : lookup.kind === 'damaged'
        ? `result damaged: ${lookup.why}`
        : (lookup.why ?? (await reasonToRun(stage, ingredients, snapshot)))
  return { key, ingredients, lookup, reason }
}
