/**
 * A kind of value that flows between stages, and how it lies on disk.
 * `name` carries a format number (`dataset@1`): it is part of every key, and wiring is checked by it.
 */
export interface ArtifactType<T> {
  readonly name: `${string}@${number}`
  readonly summary: string
  /** Writes `value` into the empty folder `dir`. Equal values give equal bytes: no times, no absolute paths. */
  write(dir: string, value: T): Promise<void>
  /** Reads what `write` wrote. `dir` is read-only and outlives the value, so large parts may stay on disk. */
  read(dir: string): Promise<T>
}

// biome-ignore lint/suspicious/noExplicitAny: a table of ports holds artifact types of every T.
export type AnyArtifactType = ArtifactType<any>

/** An input port that may stay unwired. */
export interface OptionalPort<T> {
  readonly arity: 'optional'
  readonly type: ArtifactType<T>
}
/** An input port that takes one or more artifacts, in the order of the YAML list. */
export interface ManyPort<T> {
  readonly arity: 'many'
  readonly type: ArtifactType<T>
}
export const optional = <T>(type: ArtifactType<T>): OptionalPort<T> => ({ arity: 'optional', type })
export const many = <T>(type: ArtifactType<T>): ManyPort<T> => ({ arity: 'many', type })

// biome-ignore lint/suspicious/noExplicitAny: as above.
export type InputPort = ArtifactType<any> | OptionalPort<any> | ManyPort<any>
export type InputPorts = Readonly<Record<string, InputPort>>
export type OutputPorts = Readonly<Record<string, AnyArtifactType>>

export type InputValue<P> =
  P extends ManyPort<infer T>
    ? readonly T[]
    : P extends OptionalPort<infer T>
      ? T | undefined
      : P extends ArtifactType<infer T>
        ? T
        : never
export type InputValues<P extends InputPorts> = { readonly [K in keyof P]: InputValue<P[K]> }
export type OutputValues<P extends OutputPorts> = {
  readonly [K in keyof P]: P[K] extends ArtifactType<infer T> ? T : never
}

/** A port's artifact type and arity, whichever way it was declared. */
export function portOf(port: InputPort): {
  readonly type: AnyArtifactType
  readonly arity: 'one' | 'optional' | 'many'
} {
  return 'arity' in port ? port : { type: port, arity: 'one' }
}
