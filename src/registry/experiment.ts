import type { Location } from '../errors/xp-error.ts'
import type { Json } from '../std/canonical-json.ts'
import type { EngineSettings } from './engine-settings.ts'
import type { AnyStage } from './stage.ts'

export interface PortSource {
  /** Id of the stage that makes the artifact. */
  readonly stage: string
  /** Its output port. */
  readonly port: string
  /** Whether nobody wrote it: it is the one stage that makes what the input takes. */
  readonly inferred?: true
}

/** Where a value came from, in words for a reader: `--set`, `vars.weights`, `default`, or the file position. */
export interface Origin {
  readonly from: 'file' | 'vars' | 'env' | 'set' | 'default' | 'inferred'
  readonly text: string
}

/** Which combination of a matrix's values a stage was made for. */
export interface MatrixCell {
  /** The stage's id in the file. */
  readonly of: string
  /** By `<id of the stage with the matrix>.<param>`. */
  readonly values: Readonly<Record<string, Json>>
}

export interface ResolvedStage {
  readonly id: string
  /** Absent for a stage that stands for itself. */
  readonly cell?: MatrixCell
  readonly stage: AnyStage
  /** After defaults and interpolation; path params are absolute. */
  readonly params: Readonly<Record<string, unknown>>
  /** By dotted param path. */
  readonly origins: ReadonlyMap<string, Origin>
  /** By input port; an unwired optional port is absent. */
  readonly inputs: Readonly<Record<string, readonly PortSource[]>>
  readonly where: Location
  /** Where a param's value is written, by its dotted path; undefined for one that nobody wrote. */
  placeOf(param: string): Location | undefined
}

export interface MlflowTarget {
  readonly uri: string
  readonly experiment: string
}

/** An experiment file after composition and validation: a typed graph in topological order. */
export interface ResolvedExperiment {
  readonly name: string
  /** Absolute path of the YAML file. */
  readonly file: string
  readonly seed: number
  readonly engine: EngineSettings
  readonly stages: readonly ResolvedStage[]
  readonly track: { readonly mlflow?: MlflowTarget }
  /** The composed YAML with the origin of each value that is not the file's own, as comments; no secrets. */
  readonly resolvedYaml: string
}
