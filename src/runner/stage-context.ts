import type { ResolvedStage } from '../registry/experiment.ts'
import type { StageContext } from '../registry/stage.ts'
import type { ArtifactReader } from './artifact-reader.ts'
import type { Outputs } from './decide.ts'
import type { LazyEngine } from './lazy-engine.ts'
import type { Sources } from './sources.ts'

type AnyContext = StageContext<unknown, never, never>

/** What every stage is given from the same places. */
export interface SharedContext {
  readonly seed: number
  readonly reader: ArtifactReader
  readonly sources: Sources
  readonly engine: LazyEngine
}

/** The rest, which belongs to one go at a stage. */
export type OwnContext = Pick<AnyContext, 'scratch' | 'signal' | 'locate' | 'earlier' | 'progress' | 'warn'> & {
  metric(name: string, value: number, step: number, epoch?: number): void
}

function undeclared(stage: ResolvedStage, need: string): never {
  throw new TypeError(`${stage.stage.uses} uses the ${need} without declaring needs: ['${need}']`)
}

/** What a stage runs with. */
export async function stageContext(
  stage: ResolvedStage,
  made: ReadonlyMap<string, Outputs>,
  { seed, reader, sources, engine: lazy }: SharedContext,
  own: OwnContext,
): Promise<AnyContext> {
  const { needs } = stage.stage
  const engine = needs.includes('engine') ? await lazy.get() : undefined
  return {
    ...own,
    params: stage.params,
    inputs: (await reader.inputs(stage, made)) as never,
    sources: sources.get(stage.id) ?? {},
    get seed() {
      return needs.includes('seed') ? seed : undeclared(stage, 'seed')
    },
    get engine() {
      return engine ?? undeclared(stage, 'engine')
    },
  }
}
