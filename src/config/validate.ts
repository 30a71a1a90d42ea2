import { Ajv, type ErrorObject } from 'ajv'
import {
  badStageId,
  missingKey,
  missingUses,
  secretInParams,
  unknownKey,
  unknownStage,
  wrongType,
  wrongValue,
} from '../errors/config.ts'
import { didYouMean, nearest } from '../errors/nearest.ts'
import { redact } from '../errors/printable.ts'
import type { Location, XpError } from '../errors/xp-error.ts'
import { keyRoleKeyword, sourceKindsKeyword } from '../registry/params.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import { describeSchema, describeValue, type JsonSchema, yamlHint } from './describe.ts'
import { dotted, entryAt, type Located, type LocatedMap, type Path, toPlain, valueAt } from './located.ts'
import { misspelt } from './misspelt.ts'
import { locate, type Span } from './source.ts'
import { stageFields, stageIdPattern, validationSchema } from './validation-schema.ts'

const sameSpan = (a: Span, b: Span) => a.source === b.source && a.start === b.start && a.end === b.end

/** Carets under a value, and dashes where it is used when it is written elsewhere. */
function locateValue(node: Located, label = ''): Location {
  const { span, use } = node
  return locate(
    span,
    label,
    use === undefined || sameSpan(use.span, span) ? [] : [{ span: use.span, label: 'used here' }],
  )
}

const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Words for the map at a path. */
const containerName = (path: Path) => (path.length === 0 ? 'the experiment' : dotted(path))

/** The nearest key that is written on the way to a path: what a missing thing is missing from. */
function nearestKey(root: LocatedMap, path: Path): Span {
  for (let length = path.length; length > 0; length--) {
    const entry = entryAt(root, path.slice(0, length))
    if (entry !== undefined) return entry.key
  }
  const [first] = root.entries.values()
  return first?.key ?? root.span
}

function stageOf(root: LocatedMap, path: Path, registry: Registry): AnyStage | undefined {
  const uses = path[0] === 'stages' ? valueAt(root, ['stages', path[1] ?? '', 'uses']) : undefined
  return uses?.kind === 'scalar' && typeof uses.value === 'string' ? registry.get(uses.value) : undefined
}

function unknownKeyHint(
  key: string,
  path: Path,
  valid: readonly string[],
  value: Located,
  stage: AnyStage | undefined,
): string {
  if (key === '<<') return 'YAML 1.2 has no merge keys: write the keys out, or share single values with vars'
  const near = nearest(key, valid)
  if (near !== undefined) return `did you mean "${near}"?`
  const isEntry = path.length === 2 && path[0] === 'stages'
  if (isEntry && stage !== undefined && key in stage.params.properties)
    return `"${key}" is a param of ${stage.uses}: indent it below \`with:\``
  if (isEntry && stage !== undefined && key in stage.inputs)
    return `"${key}" is an input of ${stage.uses}: write it below \`from:\``
  if (path.length === 3 && path[2] === 'with' && stage !== undefined && key in stage.inputs) {
    return `"${key}" is an input of ${stage.uses}: write it below \`from:\`, beside \`with:\``
  }
  if (path.length === 0 && value.kind === 'map' && value.entries.has('uses'))
    return 'a stage: indent it below `stages:`'
  return valid.length === 0 ? 'it takes no params: delete the key' : didYouMean(key, valid)
}

/** One schema problem as an error at its token; undefined when another error says it. */
function explain(error: ErrorObject, root: LocatedMap, registry: Registry): XpError | undefined {
  const path = pathOf(error.instancePath)
  const schema = error.parentSchema as JsonSchema
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty)
    const entry = entryAt(root, [...path, key])
    if (entry === undefined) return undefined
    const valid = Object.keys(schema.properties ?? {})
    const hint = unknownKeyHint(key, path, valid, entry.value, stageOf(root, path, registry))
    return unknownKey(locate(entry.key), key, containerName(path), hint)
  }
  if (error.keyword === 'required') {
    const key = String(error.params.missingProperty)
    if (misspelt(valueAt(root, path), key, Object.keys(schema.properties ?? {})) !== undefined) return undefined
    const field = schema.properties?.[key]
    const place = locate(nearestKey(root, path), `"${key}" is missing here`)
    const what =
      field === undefined
        ? 'add it'
        : `add ${key}: ${describeSchema(field)}${field.description === undefined ? '' : ` (${field.description})`}`
    return missingKey(place, key, containerName(path), what)
  }
  const entry = entryAt(root, path)
  if (entry === undefined) return undefined
  const node = entry.value
  const key = path.at(-1) ?? ''
  const expected = describeSchema(schema)
  const make = error.keyword === 'type' ? wrongType : wrongValue
  if (path.length === 2 && path[0] === 'stages' && node.kind === 'scalar' && typeof node.value === 'string') {
    return wrongType(
      locateValue(node),
      dotted(path),
      'a map',
      describeValue(node),
      `write ${key}: { uses: ${node.value} }`,
    )
  }
  if (path.length === 1 && key === 'stages' && error.keyword === 'minProperties') {
    return wrongValue(locateValue(node), key, 'at least one stage', describeValue(node), '`xp init` writes an example')
  }
  const typo =
    schema.enum !== undefined && node.kind === 'scalar' && typeof node.value === 'string'
      ? nearest(
          node.value,
          schema.enum.filter((value) => typeof value === 'string'),
        )
      : undefined
  const pattern = error.keyword === 'pattern' ? (schema.description ?? `it must match ${schema.pattern}`) : undefined
  const hint = typo === undefined ? (pattern ?? yamlHint(schema, node, key)) : `did you mean "${typo}"?`
  const words =
    error.keyword === 'pattern' && schema.examples === undefined ? `${expected} of the right form` : expected
  const label = expected.length <= 60 ? `expected ${words}` : ''
  return make(locateValue(node, label), dotted(path), words, describeValue(node), hint)
}

/** What is wrong with a stage entry whose stage is not known, so that no schema can say it. */
function unknownEntry(id: string, entry: LocatedMap, key: Span, registry: Registry): XpError[] {
  const errors: XpError[] = []
  const uses = entry.entries.get('uses')
  const odd = [...entry.entries.keys()].filter((name) => !stageFields.some((field) => field === name))
  for (const name of odd) {
    const valid = stageFields.filter((field) => field !== 'uses' || uses === undefined)
    errors.push(unknownKey(locate(entry.entries.get(name)?.key ?? key), name, `stages.${id}`, didYouMean(name, valid)))
  }
  if (uses === undefined) {
    if (misspelt(entry, 'uses', stageFields) === undefined) {
      const hint = `add uses: one of ${registry.names.join(', ')}`
      errors.push(missingUses(locate(key, '"uses" is missing here'), id, hint))
    }
  } else if (uses.value.kind === 'scalar' && typeof uses.value.value === 'string') {
    errors.push(unknownStage(locateValue(uses.value), uses.value.value, registry.names))
  } else if (!(uses.value.kind === 'scalar' && uses.value.broken)) {
    const hint = `one of ${registry.names.join(', ')}`
    errors.push(
      wrongType(locateValue(uses.value), `stages.${id}.uses`, 'the name of a stage', describeValue(uses.value), hint),
    )
  }
  return errors
}

const kebab = (id: string) =>
  id
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '') || 'stage-1'

/** Stage ids, stages that are not known, secrets: what the schema does not see. */
function checkStages(root: LocatedMap, registry: Registry): XpError[] {
  const stages = valueAt(root, ['stages'])
  if (stages?.kind !== 'map') return []
  const errors: XpError[] = []
  for (const [id, { key, value }] of stages.entries) {
    if (!new RegExp(stageIdPattern).test(id)) errors.push(badStageId(locate(key), id, `write ${kebab(id)}`))
    if (value.kind !== 'map') continue
    if (stageOf(root, ['stages', id], registry) === undefined) errors.push(...unknownEntry(id, value, key, registry))
    const params = value.entries.get('with')?.value
    if (params !== undefined) errors.push(...secretsIn(params, ['stages', id, 'with']))
  }
  return errors
}

function secretsIn(node: Located, path: Path): XpError[] {
  if (node.kind === 'list') return node.items.flatMap((item, i) => secretsIn(item, [...path, String(i)]))
  if (node.kind === 'map') return [...node.entries].flatMap(([key, { value }]) => secretsIn(value, [...path, key]))
  const secret = typeof node.value === 'string' && redact(node.value) !== node.value
  return secret ? [secretInParams(locateValue(node), dotted(path))] : []
}

const lies = (error: ErrorObject, within: ErrorObject): boolean =>
  error.instancePath === within.instancePath || error.instancePath.startsWith(`${within.instancePath}/`)

/** The branch of a union that a value of its kind is for, as all that is wrong lies inside the value; none if several. */
function enteredBranch(union: ErrorObject, errors: readonly ErrorObject[]): string | undefined {
  const outer = new Map<string, boolean>()
  for (const error of errors) {
    const [, branch] = error.schemaPath.startsWith(`${union.schemaPath}/`)
      ? (/^\/(\d+)\//.exec(error.schemaPath.slice(union.schemaPath.length)) ?? [])
      : []
    if (branch === undefined || !lies(error, union)) continue
    const prefix = `${union.schemaPath}/${branch}/`
    outer.set(prefix, outer.get(prefix) === true || error.instancePath === union.instancePath)
  }
  const entered = [...outer].flatMap(([prefix, isOuter]) => (isOuter ? [] : [prefix]))
  return entered.length === 1 ? entered[0] : undefined
}

/**
 * Drops what a union's branches say when the union itself speaks, and all but the first word on one value. Where a value
 * is clearly for one branch, that branch speaks.
 */
function essential(errors: readonly ErrorObject[], root: LocatedMap): ErrorObject[] {
  const unions = errors
    .filter((e) => e.keyword === 'anyOf' || e.keyword === 'oneOf')
    .map((union) => ({ union, branch: enteredBranch(union, errors) }))
  const seen = new Set<string>()
  return errors.filter((error) => {
    for (const { union, branch } of unions) {
      if (error === union && branch !== undefined) return false
      const isInside = error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`) && lies(error, union)
      if (isInside && (branch === undefined || !error.schemaPath.startsWith(branch))) return false
    }
    if (error.keyword === 'discriminator') return false
    const path = pathOf(error.instancePath)
    const node = valueAt(root, path)
    if (node?.kind === 'scalar' && node.broken) return false
    if (error.keyword === 'additionalProperties') return true
    if (error.keyword === 'required') {
      return error.params.missingProperty !== 'uses' || path[0] !== 'stages' || path.length !== 2
    }
    const first = !seen.has(error.instancePath)
    seen.add(error.instancePath)
    return first
  })
}

export interface Validated {
  /** The experiment as plain values after defaults; meaningful only without errors. */
  readonly plain: Readonly<Record<string, unknown>>
  readonly errors: readonly XpError[]
}

/** Checks an interpolated experiment against the schemas of the stages it uses, and fills defaults. */
export function validate(root: LocatedMap, registry: Registry): Validated {
  const stages = valueAt(root, ['stages'])
  const ids = stages?.kind === 'map' ? [...stages.entries.keys()] : []
  const used = registry.stages.filter((stage) => ids.some((id) => stageOf(root, ['stages', id], registry) === stage))
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    useDefaults: true,
    discriminator: true,
    verbose: true,
    keywords: [keyRoleKeyword, sourceKindsKeyword],
    // The schemas are checked by tests; here they would cost more than the experiment.
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  })
  const check = ajv.compile(validationSchema(used.length > 0 ? used : registry.stages))
  const plain = toPlain(root) as Record<string, unknown>
  check(plain)
  const explained = essential(check.errors ?? [], root).map((error) => explain(error, root, registry))
  const errors = [...explained.filter((error) => error !== undefined), ...checkStages(root, registry)]
  return { plain, errors }
}
