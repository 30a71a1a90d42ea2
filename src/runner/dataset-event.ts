import { basename } from 'node:path'
import { Dataset } from '../artifacts/dataset.ts'
import type { RunEventBody } from '../registry/events.ts'
import type { ResolvedStage } from '../registry/experiment.ts'
import type { Outputs } from './decide.ts'
import type { Sources } from './sources.ts'

type DatasetEvent = Extract<RunEventBody, { type: 'dataset' }>

/** The stage nearest upstream (or the stage itself) that reads source data. */
function origin(stage: ResolvedStage, byId: ReadonlyMap<string, ResolvedStage>, sources: Sources): ResolvedStage {
  if (Object.keys(sources.get(stage.id) ?? {}).length > 0) return stage
  for (const from of Object.values(stage.inputs).flat()) {
    const upstream = byId.get(from.stage)
    if (upstream !== undefined) return origin(upstream, byId, sources)
  }
  return stage
}

/** What trackers are told of the datasets a load or split stage made. */
export function datasetEvents(
  stage: ResolvedStage,
  outputs: Outputs,
  stages: readonly ResolvedStage[],
  sources: Sources,
): DatasetEvent[] {
  const family = stage.stage.uses.split('/')[0] ?? ''
  if (family !== 'load' && family !== 'split') return []
  const from = origin(stage, new Map(stages.map((s) => [s.id, s])), sources)
  const source = Object.values(sources.get(from.id) ?? {})[0]
  const root = source?.named ?? source?.root
  return Object.values(outputs)
    .filter(({ type }) => type === Dataset.name)
    .map(({ digest }) => ({
      type: 'dataset',
      stage: stage.id,
      name: root === undefined ? from.id : basename(root),
      digest,
      source: root ?? from.stage.uses,
      context: family,
    }))
}
