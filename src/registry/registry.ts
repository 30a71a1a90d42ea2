import { duplicateStage, malformedStage } from '../errors/registry.ts'
import { type AnyStage, stageFamilies } from './stage.ts'

/** The immutable table of stages an experiment may use. */
export interface Registry {
  readonly stages: readonly AnyStage[]
  /** Stage names, sorted. */
  readonly names: readonly string[]
  get(uses: string): AnyStage | undefined
}

/** @throws XpError when two stages share a name or a name is not `family/kebab-name`. */
export function createRegistry(stages: readonly AnyStage[]): Registry {
  const byName = new Map<string, AnyStage>()
  for (const stage of stages) {
    const [family, name, ...rest] = stage.uses.split('/')
    const wellFormed =
      stageFamilies.some((f) => f === family) && rest.length === 0 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name ?? '')
    if (!wellFormed || !Number.isInteger(stage.version) || stage.version < 1) throw malformedStage(stage.uses)
    if (byName.has(stage.uses)) throw duplicateStage(stage.uses)
    byName.set(stage.uses, stage)
  }
  const names = Object.freeze([...byName.keys()].sort())
  return Object.freeze({ stages: Object.freeze([...stages]), names, get: (uses: string) => byName.get(uses) })
}
