import type { Json } from '../std/canonical-json.ts'
import { type Digest, digestJson } from '../std/hash.ts'
import { type InputPorts, type OutputPorts, portOf } from './artifact.ts'
import type { Origin } from './experiment.ts'
import { paramLeaves } from './param-leaves.ts'
import type { AnyStage } from './stage.ts'

/** Raised when equal stages would get other keys; every cached result is then a miss. */
const keyFormat = 1

/** One named part of a key. The names are shown to people; the values are what is hashed. */
export type Ingredient = readonly [name: string, value: Json]

export interface KeyFacts {
  readonly stage: AnyStage
  /** After defaults. */
  readonly params: Readonly<Record<string, unknown>>
  /** By dotted param path; only `env` matters here: such values enter as digests, never readable. */
  readonly origins: ReadonlyMap<string, Origin>
  /** By dotted path of each `tree` or `file` param. */
  readonly sources: Readonly<Record<string, Digest>>
  /** By input port, in the order of the wiring; an unwired port is absent or empty. */
  readonly inputs: Readonly<Record<string, readonly Digest[]>>
  readonly seed: number
  readonly engine: Readonly<Record<string, string>>
}

/**
 * What a stage's result depends on, in the order in which a reader wants to hear of changes. The stage's id in the
 * YAML is not among it.
 * @throws TypeError on a param that JSON cannot say, or a `tree` or `file` param without a digest.
 */
export function keyIngredients(facts: KeyFacts): readonly Ingredient[] {
  const { stage } = facts
  const list: Ingredient[] = [
    ['format', keyFormat],
    ['uses', stage.uses],
    ['version', stage.version],
    ...(stage.code === undefined ? [] : [['code', stage.code] as const]),
  ]
  for (const { path, value, role } of paramLeaves(stage.params, facts.params)) {
    if (typeof role === 'object') continue
    if (role === undefined) {
      const secret = facts.origins.get(path)?.from === 'env'
      list.push([`params.${path}`, secret ? { sha256: digestJson(value) } : (value as Json)])
    } else {
      const digest = facts.sources[path]
      if (digest === undefined) throw new TypeError(`${stage.uses}: no digest for the param ${path}`)
      list.push([`sources.${path}`, digest])
    }
  }
  if (stage.needs.includes('seed')) list.push(['seed', facts.seed])
  if (stage.needs.includes('engine')) {
    for (const name of Object.keys(facts.engine).sort()) list.push([`engine.${name}`, facts.engine[name] ?? null])
  }
  for (const [name, port] of Object.entries(stage.inputs as InputPorts)) {
    const digests = facts.inputs[name] ?? []
    if (digests.length > 0) list.push([`inputs.${name}`, [portOf(port).type.name, ...digests]])
  }
  for (const [name, type] of Object.entries(stage.outputs as OutputPorts)) list.push([`outputs.${name}`, type.name])
  return list
}

/** The name under which a result is kept: the SHA-256 of its ingredients. */
export const keyOf = (ingredients: readonly Ingredient[]): Digest => digestJson(ingredients)
