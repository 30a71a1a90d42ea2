import { unknownSetPath } from '../errors/config.ts'
import { didYouMean } from '../errors/nearest.ts'
import type { XpError } from '../errors/xp-error.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import type { JsonSchema } from './describe.ts'
import { type Located, type LocatedMap, valueAt } from './located.ts'
import { locate, type Span } from './source.ts'
import { experimentFields, stageFields } from './validation-schema.ts'

/** Where a value from the command line goes, with the places of the names. */
export interface SetPath {
  /** `--set`, or what else brings the value. */
  readonly flag: string
  readonly path: readonly string[]
  readonly segments: readonly Span[]
}

/** Names that may follow in a path; `any` where every name is as good as another. */
type Names = readonly string[] | 'any'

function fieldsOf(schema: JsonSchema | undefined, present: Located | undefined): Names {
  if (schema === undefined) return 'any'
  if (schema.type === 'array') return present?.kind === 'list' ? present.items.map((_, i) => String(i)) : []
  const branches = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  if (
    branches.some(
      (s) => s.type === 'object' && (s.patternProperties !== undefined || (s.additionalProperties ?? true) !== false),
    )
  )
    return 'any'
  return branches.flatMap((s) => Object.keys(s.properties ?? {}))
}

function childSchema(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const branches = schema === undefined ? [] : [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  for (const branch of branches) {
    const found = branch.properties?.[name] ?? (Array.isArray(branch.items) ? branch.items[Number(name)] : branch.items)
    if (found !== undefined) return found as JsonSchema
  }
  return undefined
}

const keysOf = (node: Located | undefined): readonly string[] => (node?.kind === 'map' ? [...node.entries.keys()] : [])

function stageAt(root: LocatedMap, id: string, registry: Registry): AnyStage | undefined {
  const uses = valueAt(root, ['stages', id, 'uses'])
  return uses?.kind === 'scalar' && typeof uses.value === 'string' ? registry.get(uses.value) : undefined
}

/** The names that may stand at position `depth` of a path, given the ones before it. */
function namesAt(root: LocatedMap, path: readonly string[], depth: number, registry: Registry): Names {
  const [top = '', id = '', field] = path
  if (depth === 0) return [...Object.keys(experimentFields), 'stages']
  if (top === 'vars' && depth === 1) return keysOf(valueAt(root, ['vars']))
  if (top === 'vars') {
    const parent = valueAt(root, path.slice(0, depth))
    return parent?.kind === 'list' ? parent.items.map((_, i) => String(i)) : keysOf(parent)
  }
  if (top !== 'stages') {
    let schema: JsonSchema | undefined = experimentFields[top as keyof typeof experimentFields] as JsonSchema
    for (const name of path.slice(1, depth)) schema = childSchema(schema, name)
    return fieldsOf(schema, undefined)
  }
  if (depth === 1) return keysOf(valueAt(root, ['stages']))
  if (depth === 2) return stageFields
  const stage = stageAt(root, id, registry)
  if (stage === undefined) return 'any'
  if (field === 'from') {
    const parent = valueAt(root, path.slice(0, depth))
    if (depth === 3) return parent === undefined || parent.kind === 'map' ? Object.keys(stage.inputs) : []
    return parent?.kind === 'list' ? parent.items.map((_, i) => String(i)) : []
  }
  if (field === 'matrix') return depth === 3 ? 'any' : []
  if (field !== 'with') return []
  let schema: JsonSchema | undefined = stage.params as JsonSchema
  for (const name of path.slice(3, depth)) schema = childSchema(schema, name)
  return fieldsOf(schema, valueAt(root, path.slice(0, depth)))
}

/** What is wrong with a path that names nothing; a path must exist in the schema, a variable or stage in the file. */
export function pathProblem(
  root: LocatedMap,
  { flag, path, segments }: SetPath,
  registry: Registry,
): XpError | undefined {
  for (const [depth, segment] of path.entries()) {
    const names = namesAt(root, path, depth, registry)
    const parent = valueAt(root, path.slice(0, depth))
    const through = parent?.kind === 'scalar' && parent.value !== null
    if (names === 'any' ? !through : names.includes(segment) && !through) continue
    const container = depth === 0 ? 'an experiment' : `\`${path.slice(0, depth).join('.')}\``
    const hint =
      through || names === 'any' || names.length === 0
        ? `set it as a whole: ${flag} ${path.slice(0, depth).join('.')}=…`
        : didYouMean(segment, names)
    return unknownSetPath(locate(segments[depth] as Span), flag, segment, container, hint)
  }
  return undefined
}
