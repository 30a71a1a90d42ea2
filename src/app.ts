import { existsSync } from 'node:fs'
import { mkdir, readdir, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { type Changes, loadExperiment } from './config/load-experiment.ts'
import { starterPlugin } from './config/plugin-starter.ts'
import { experimentSchema, renderSchemas } from './config/schema.ts'
import { nameFrom, starterExperiment } from './config/starter.ts'
import { createEngine, engineCheck, engineFacts } from './engines.ts'
import { fileExists, noDataFolder, noLock, notWritable } from './errors/commands.ts'
import { duplicateStage, malformedStage } from './errors/registry.ts'
import { littleSpace } from './errors/store.ts'
import { trackerMissing } from './errors/tracking.ts'
import { expectedErrors } from './errors/xp-error.ts'
import { packageJson } from './package-json.ts'
import type { EngineSettings } from './registry/engine-settings.ts'
import type { RunFacts, Sink } from './registry/events.ts'
import type { ResolvedExperiment } from './registry/experiment.ts'
import { createRegistry } from './registry/registry.ts'
import { stageFamilies } from './registry/stage.ts'
import { executeExperiment } from './runner/execute.ts'
import { type PlannedStage, planExperiment } from './runner/plan.ts'
import { type Prepared, prepare } from './runner/prepare.ts'
import { runsDirectory, storeDirectory } from './runner/project.ts'
import type { Execution } from './runner/run-result.ts'
import type { AfterFailure } from './runner/run-stages.ts'
import { openStore, type Store } from './runner/store.ts'
import type { SourceScope } from './sources/source.ts'
import { stages } from './stages/index.ts'
import { createSourceProgress } from './tracking/console/source-progress.ts'

/** The composition root: the one file that knows registry, config, store, engines and sinks together. */
export const registry = createRegistry(stages)

export const loadFile = (file: string, changes: Changes): Promise<ResolvedExperiment> =>
  loadExperiment(file, { ...changes, registry, api: () => import('./index.ts') })

const openProjectStore = ({ file }: ResolvedExperiment) => openStore(storeDirectory(dirname(file), process.env))

const runsOf = ({ file }: ResolvedExperiment) => runsDirectory(dirname(file))

function warnOfSources({ sources }: Prepared): void {
  for (const own of sources.values())
    for (const { warnings = [] } of Object.values(own))
      for (const message of warnings) process.stderr.write(`warning: ${message}\n`)
}

const sourceProgress = () => createSourceProgress({ stream: process.stderr, isTTY: process.stderr.isTTY === true })

/** Reads the experiment and checks all that can be known before work starts, the device included. */
export async function validate(file: string, changes: Changes): Promise<ResolvedExperiment> {
  const experiment = await loadFile(file, changes)
  const factsOfWorking = async (settings: EngineSettings) => {
    const facts = await engineFacts(settings)
    await engineCheck(settings)?.()
    return facts
  }
  const options = { engineFacts: factsOfWorking, onSourceProgress: sourceProgress(), runsDir: runsOf(experiment) }
  const store = await openProjectStore(experiment)
  const prepared = await prepare(experiment, store, options)
  warnOfSources(prepared)
  await warnOfSpace(await planExperiment(prepared.stages, prepared.snapshot), store)
  return experiment
}

/** Warns when what the stages kept the last time would not fit. */
async function warnOfSpace(planned: readonly PlannedStage[], { dir }: Store): Promise<void> {
  const needed = planned.reduce((sum, { estimate }) => sum + (estimate?.bytes ?? 0), 0)
  const { bavail, bsize } = await statfs(dir)
  if (needed > bavail * bsize) process.stderr.write(`warning: ${littleSpace(needed, bavail * bsize)}\n`)
}

export async function plan(file: string, changes: Changes) {
  const experiment = await loadFile(file, changes)
  const options = { engineFacts, onSourceProgress: sourceProgress(), runsDir: runsOf(experiment) }
  const store = await openProjectStore(experiment)
  const prepared = await prepare(experiment, store, options)
  warnOfSources(prepared)
  const planned = await planExperiment(prepared.stages, prepared.snapshot)
  await warnOfSpace(planned, store)
  return planned
}

/** Why a stage would run. @throws XpError when there is no such stage */
export async function why(file: string, stage: string, changes: Changes) {
  const experiment = await loadFile(file, changes)
  const options = { engineFacts, onSourceProgress: sourceProgress(), runsDir: runsOf(experiment) }
  const prepared = await prepare(experiment, await openProjectStore(experiment), options)
  warnOfSources(prepared)
  const { whyStage } = await import('./runner/why.ts')
  return whyStage(stage, prepared.stages, prepared.snapshot)
}

export interface RunOptions {
  readonly changes: Changes
  readonly force: true | readonly string[]
  readonly afterFailure: AfterFailure
  readonly pins?: NonNullable<SourceScope['pinned']>
  readonly until?: string
  readonly jobs?: number | undefined
  readonly tracking: 'best-effort' | 'required' | 'off'
  readonly signal: AbortSignal
}

/** Sinks of a run. @throws XpError when a required tracker is missing, away, or has an address that xp cannot use. */
async function sinksFor({ track }: ResolvedExperiment, tracking: RunOptions['tracking']) {
  const { createConsoleSink } = await import('./tracking/console/sink.ts')
  const { stderr } = process
  const sinks: Sink[] = [createConsoleSink({ stream: stderr, isTTY: stderr.isTTY === true })]
  const { mlflow } = track
  if (tracking === 'required' && mlflow === undefined) throw trackerMissing()
  if (mlflow !== undefined && tracking !== 'off') {
    const { createMlflowSink } = await import('./tracking/mlflow/sink.ts')
    try {
      sinks.push(createMlflowSink({ ...mlflow, env: process.env }))
    } catch (error) {
      // The file's own address was checked before: this one is the environment's, maybe meant for other programs.
      const [unusable] = expectedErrors(error)
      if (unusable === undefined || tracking === 'required') throw error
      stderr.write(`warning: nothing goes to MLflow: ${unusable.message}\n`)
    }
    if (tracking === 'required') {
      const { pingMlflow } = await import('./tracking/mlflow/ping.ts')
      await pingMlflow(mlflow.uri, process.env)
    }
  }
  return (_: RunFacts) => sinks
}

export async function run(file: string, options: RunOptions): Promise<Execution> {
  const { changes, force, afterFailure, pins, until, jobs, tracking, signal } = options
  const experiment = await loadFile(file, changes)
  const sinks = await sinksFor(experiment, tracking)
  return executeExperiment({
    experiment,
    store: await openProjectStore(experiment),
    runsDir: runsOf(experiment),
    version: packageJson.version,
    engineFacts,
    checkEngine: engineCheck(experiment.engine),
    createEngine,
    sinks,
    signal,
    onSourceProgress: sourceProgress(),
    force,
    afterFailure,
    ...(pins === undefined ? {} : { pins }),
    ...(until === undefined ? {} : { until }),
    ...(jobs === undefined ? {} : { jobs }),
  })
}

/**
 * Runs what the run in a folder recorded, with the commits that it used, and compares the locks.
 * @throws XpError when the run left no lock
 */
export async function reproduce(
  runDir: string,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
) {
  const { compareLocks, readLock } = await import('./runner/lock-file.ts')
  const { pinsOfLock } = await import('./runner/pins.ts')
  const before = await readLock(runDir)
  if (before === undefined) throw noLock(basename(runDir))
  const pins = pinsOfLock(before)
  const options = { changes: {}, afterFailure: 'finish' as const, tracking: 'off' as const, signal, pins }
  const execution = await run(join(runDir, 'resolved.yaml'), { ...options, force: force ? true : [] })
  const after = await readLock(execution.result.dir)
  return { execution, differences: after === undefined ? [] : compareLocks(before, after) }
}

/** Trains every train stage straight and split, and says whether the bits are the same. */
export async function verifyResume(
  file: string,
  { changes, steps, signal }: { readonly changes: Changes; readonly steps: number; readonly signal: AbortSignal },
) {
  const experiment = await loadFile(file, changes)
  const { verifyResume: verify } = await import('./runner/verify-resume.ts')
  const store = await openProjectStore(experiment)
  return verify({ experiment, store, version: packageJson.version, engineFacts, createEngine, signal, steps })
}

export const experimentJsonSchema = () => experimentSchema(registry)

/** Does `write`; what the file system refuses becomes an error about `path`. */
async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException
    throw syscall === undefined ? error : notWritable(path, error as NodeJS.ErrnoException)
  }
}

/** Writes every schema into `dir`; answers the paths. @throws XpError where it may not be written */
export function writeSchemas(dir: string): Promise<readonly string[]> {
  return writing(dir, async () => {
    await mkdir(dir, { recursive: true })
    const files = [...renderSchemas(registry)].map(([name, text]) => ({ path: join(dir, name), text }))
    for (const { path, text } of files) await writeFile(path, text)
    return files.map(({ path }) => path)
  })
}

/** Writes a plugin to start from; answers the paths. @throws XpError on a name that no stage may have, or taken ones */
export async function newPlugin(
  uses: string,
  { dir, force }: { readonly dir: string; readonly force: boolean },
): Promise<readonly string[]> {
  const [family, name] = uses.split('/')
  if (!stageFamilies.some((known) => known === family) || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name ?? ''))
    throw malformedStage(uses)
  if (registry.get(uses) !== undefined) throw duplicateStage(uses)
  const files = [...starterPlugin(uses)].map(([file, text]) => ({ path: join(dir, file), text }))
  const [taken] = force ? [] : files.filter(({ path }) => existsSync(path))
  if (taken !== undefined) throw fileExists(taken.path)
  return writing(dir, async () => {
    await mkdir(dir, { recursive: true })
    for (const { path, text } of files) await writeFile(path, text)
    return files.map(({ path }) => path)
  })
}

/** The parts that the folders of an image folder stand for. @throws XpError when it is no folder */
async function partsIn(folder: string): Promise<readonly string[]> {
  const { partFolders } = await import('./images/part-folders.ts')
  const paths = await readdir(folder, { recursive: true }).catch(() => {
    throw noDataFolder(folder)
  })
  const files = paths.map((path) => ({ path: path.split(sep).join('/'), size: 0, sha256: '' }))
  return [...partFolders(files).parts.keys()]
}

/** Writes a starter experiment, and with `sample` a folder of drawn images beside it; answers the paths. */
export async function initExperiment(
  file: string,
  { data, sample, force }: { readonly data?: string | undefined; readonly sample: boolean; readonly force: boolean },
): Promise<readonly string[]> {
  const name = nameFrom(basename(file, extname(file)))
  const folder = dirname(resolve(file))
  const root = sample ? `${name}-images` : data === undefined ? undefined : relative(folder, resolve(data)) || '.'
  const parts = data === undefined ? [] : await partsIn(data)
  const text = starterExperiment(name, root === undefined ? { draw: true } : { root, parts })
  await writing(file, async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(file, text, { flag: force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? fileExists(file) : error
    })
  })
  if (!sample) return [file]
  const { writeSampleImages } = await import('./images/shapes.ts')
  const images = join(folder, `${name}-images`)
  await writing(images, () => writeSampleImages(images, { seed: 42, perClass: 60, size: 32 }))
  return [file, images]
}
