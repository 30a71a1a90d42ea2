import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Report, runSlot } from '../artifacts/report.ts'
import type { StageSummary } from '../registry/events.ts'
import type { ResolvedExperiment, ResolvedStage } from '../registry/experiment.ts'
import type { SourceTree } from '../registry/stage.ts'
import type { Outputs, Snapshot } from './decide.ts'
import { runSection } from './run-section.ts'
import type { Store } from './store.ts'

/** Links a stage's artifacts as `artifacts/<stage>.<port>`. */
export async function linkArtifacts(dir: string, stage: string, outputs: Outputs, store: Store): Promise<void> {
  const folder = join(dir, 'artifacts')
  await mkdir(folder, { recursive: true })
  for (const [port, { digest }] of Object.entries(outputs)) {
    await symlink(relative(folder, store.objectDir(digest)), join(folder, `${stage}.${port}`), 'dir')
  }
}

export interface RunRecord {
  readonly runId: string
  readonly version: string
  readonly experiment: ResolvedExperiment
  readonly stages: readonly ResolvedStage[]
  readonly snapshot: Snapshot
  readonly summaries: readonly StageSummary[]
  readonly made: ReadonlyMap<string, Outputs>
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** Where sources came from that were no folders, by param. */
function pinnedOf(sources: Readonly<Record<string, SourceTree>>) {
  const pinned = Object.entries(sources).flatMap(([param, { pinned }]) =>
    pinned === undefined ? [] : [[param, pinned]],
  )
  return pinned.length === 0 ? {} : { pinned: Object.fromEntries(pinned) as Readonly<Record<string, object>> }
}

/** Everything the run's results depend on, by content. */
function lockOf({ version, experiment, stages, snapshot, summaries, made }: RunRecord) {
  const keys = new Map(summaries.map(({ id, key }) => [id, key]))
  return {
    format: 1,
    xp: version,
    name: experiment.name,
    seed: experiment.seed,
    engine: { name: experiment.engine.name, ...snapshot.engine },
    stages: stages.map(({ id, stage }) => ({
      id,
      uses: stage.uses,
      version: stage.version,
      key: keys.get(id) ?? null,
      sources: Object.fromEntries(
        Object.entries(snapshot.sources.get(id) ?? {}).map(([param, { digest }]) => [param, digest]),
      ),
      ...pinnedOf(snapshot.sources.get(id) ?? {}),
      outputs: Object.fromEntries(
        Object.entries(made.get(id) ?? {}).map(([port, { type, digest }]) => [port, { type, digest }]),
      ),
    })),
  }
}

export async function writeRunFiles(dir: string, record: RunRecord, metrics: Record<string, number>): Promise<void> {
  await writeFile(join(dir, 'lock.json'), json(lockOf(record)))
  await writeFile(join(dir, 'metrics.json'), json(metrics))
}

/**
 * Completes each report with the run's section. The first is `report.html`; others are `<stage>.report.html`.
 * Answers where they were written.
 */
export async function writeReports(
  dir: string,
  record: RunRecord,
  store: Store,
): Promise<readonly { readonly stage: string; readonly name: string; readonly path: string }[]> {
  const written: { stage: string; name: string; path: string }[] = []
  for (const { id: stage } of record.stages) {
    for (const { type, digest } of Object.values(record.made.get(stage) ?? {})) {
      if (type !== Report.name) continue
      const name = written.length === 0 ? 'report.html' : `${stage}.report.html`
      const { html } = await Report.read(store.objectDir(digest))
      const section = runSection(record.runId, record.summaries, record.experiment.resolvedYaml)
      await writeFile(
        join(dir, name),
        html.replace(runSlot, () => section),
      )
      written.push({ stage, name, path: join(dir, name) })
    }
  }
  return written
}
