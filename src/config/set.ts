import { badSet, unknownSetPath } from '../errors/config.ts'
import { didYouMean } from '../errors/nearest.ts'
import type { XpError } from '../errors/xp-error.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import type { JsonSchema } from './describe.ts'
import { type Located, type LocatedMap, valueAt, withValueAt } from './located.ts'
import { parseYaml } from './parse-yaml.ts'
import { createSource, locate, type Source, type Span } from './source.ts'
import { experimentFields, stageFields } from './validation-schema.ts'

interface Assignment {
  readonly source: Source
  readonly path: readonly string[]
  readonly segments: readonly Span[]
  readonly value: Located
}

const flag = '--set '

/** Reads `a.b=value`; the value is a YAML scalar, `[…]` or `{…}`. */
function parseAssignment(argument: string, folder: string): { assignment?: Assignment; errors: readonly XpError[] } {
  const source = createSource('set', flag + argument, flag + argument, folder)
  const equals = argument.indexOf('=')
  const end = source.text.length
  if (equals < 0) {
    const where = locate({ source, start: flag.length, end })
    return {
      errors: [
        badSet(where, `--set ${argument} has no "="`, 'write --set path=value, e.g. --set stages.train.with.epochs=5'),
      ],
    }
  }
  const path = argument.slice(0, equals).split('.')
  let start = flag.length
  const segments = path.map((segment) => {
    const span = { source, start, end: start + segment.length }
    start += segment.length + 1
    return span
  })
  if (path.includes('')) {
    const where = locate(segments[path.indexOf('')] as Span)
    return {
      errors: [
        badSet(
          where,
          'a name is missing in the path of --set',
          'write --set path=value, names joined by single points',
        ),
      ],
    }
  }
  const from = flag.length + equals + 1
  const { root, errors } = parseYaml(source, from)
  if (errors.length > 0) return { errors }
  const span = { source, start: from, end }
  const value: Located = root ?? { kind: 'scalar', value: null, text: '', quoted: false, span }
  const text = source.text.slice(from)
  const flow = value.kind === 'scalar' || /^\s*[[{&]/.test(text)
  if (!flow || source.text.slice(value.span.end).trim() !== '') {
    const where = locate(flow ? { source, start: value.span.end, end } : span)
    const message = flow
      ? 'the value of --set ends before this: YAML takes it for a comment'
      : 'the value of --set reads as a map or a list'
    return {
      errors: [
        badSet(
          where,
          message,
          `put quotes around a text: --set '${argument.slice(0, equals)}="${text.replaceAll('"', '\\"')}"'`,
        ),
      ],
    }
  }
  return { assignment: { source, path, segments, value }, errors: [] }
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

function checkPath(root: LocatedMap, { path, segments }: Assignment, registry: Registry): XpError | undefined {
  for (const [depth, segment] of path.entries()) {
    const names = namesAt(root, path, depth, registry)
    const parent = valueAt(root, path.slice(0, depth))
    const through = parent?.kind === 'scalar' && parent.value !== null
    if (names === 'any' ? !through : names.includes(segment) && !through) continue
    const container = depth === 0 ? 'an experiment' : `\`${path.slice(0, depth).join('.')}\``
    const hint =
      through || names === 'any' || names.length === 0
        ? `set it as a whole: --set ${path.slice(0, depth).join('.')}=…`
        : didYouMean(segment, names)
    return unknownSetPath(locate(segments[depth] as Span), segment, container, hint)
  }
  return undefined
}

/**
 * The file's values with each `--set` in place, in order, before interpolation. A path must exist in the schema, a
 * variable or stage in the file.
 */
export function applySets(
  root: LocatedMap,
  sets: readonly string[],
  { registry, folder }: { readonly registry: Registry; readonly folder: string },
): { readonly root: LocatedMap; readonly errors: readonly XpError[] } {
  const problems: XpError[] = []
  let changed = root
  for (const argument of sets) {
    const { assignment, errors } = parseAssignment(argument, folder)
    problems.push(...errors)
    if (assignment === undefined) continue
    const unknown = checkPath(changed, assignment, registry)
    if (unknown !== undefined) problems.push(unknown)
    else {
      const key = assignment.segments.at(-1) as Span
      changed = withValueAt(changed, assignment.path, key, assignment.value) as LocatedMap
    }
  }
  return { root: changed, errors: problems }
}
