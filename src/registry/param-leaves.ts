import { type KeyRole, keyRoleOf, type SourceKindName, sourceKindsOf } from './params.ts'

/** One scalar, empty or array value inside a stage's params. */
export interface ParamLeaf {
  /** Dotted, from the params' root: `augmentation.flip`. */
  readonly path: string
  readonly value: unknown
  /** The key role of the leaf, or of the nearest annotated value that holds it. */
  readonly role: KeyRole | undefined
  /** What a `tree` may be; a folder alone when absent. */
  readonly sources?: readonly SourceKindName[]
}

type Schema = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a union's variant may be the one that `value` follows: its constants and its kind agree. */
function mayFollow(variant: Schema, value: unknown): boolean {
  if ('const' in variant) return variant.const === value
  if (variant.type === 'object' || 'properties' in variant) {
    if (!isObject(value)) return false
    const properties = isObject(variant.properties) ? variant.properties : {}
    return Object.entries(properties).every(
      ([name, schema]) => !isObject(schema) || !('const' in schema) || schema.const === value[name],
    )
  }
  if (variant.type === 'array') return Array.isArray(value)
  if (variant.type === 'integer') return typeof value === 'number'
  return typeof variant.type !== 'string' || (value === null ? 'null' : typeof value) === variant.type
}

function variantOf(schema: Schema, value: unknown): Schema {
  const variants = schema.anyOf ?? schema.oneOf
  if (!Array.isArray(variants)) return schema
  return variants.filter(isObject).find((variant) => mayFollow(variant, value)) ?? schema
}

const holdsObjectsOrRoles = (items: unknown): boolean =>
  isObject(items) && (keyRoleOf(items) !== undefined || 'properties' in items || 'anyOf' in items)

function* walk(schema: Schema, value: unknown, path: string, inherited: KeyRole | undefined): Generator<ParamLeaf> {
  if (value === undefined) return
  const followed = variantOf(schema, value)
  const role = keyRoleOf(schema) ?? keyRoleOf(followed) ?? inherited
  const below = (name: string | number) => {
    // A dot inside a name must not read as nesting: two different params would share a key.
    const step = /[."]/.test(`${name}`) ? JSON.stringify(name) : `${name}`
    return path === '' ? step : `${path}.${step}`
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const properties = isObject(followed.properties) ? followed.properties : {}
    const declared = Object.keys(properties).filter((name) => Object.hasOwn(value, name))
    // Names that no schema lists (a table of parts) keep the user's order, which may carry meaning.
    const others = Object.keys(value).filter((name) => !Object.hasOwn(properties, name))
    const additional = isObject(followed.additionalProperties)
      ? followed.additionalProperties
      : isObject(followed.patternProperties)
        ? (Object.values(followed.patternProperties).find(isObject) ?? {})
        : {}
    for (const name of [...declared, ...others]) {
      const inner = properties[name]
      yield* walk(isObject(inner) ? inner : additional, value[name], below(name), role)
    }
  } else if (Array.isArray(value) && holdsObjectsOrRoles(followed.items)) {
    for (const [i, item] of value.entries()) yield* walk(followed.items as Schema, item, below(i), role)
  } else {
    const sources = sourceKindsOf(schema) ?? sourceKindsOf(followed)
    yield { path, value, role, ...(sources === undefined ? {} : { sources }) }
  }
}

/** The leaves of a stage's params, in the order of the schema's declaration; absent optional params have none. */
export const paramLeaves = (schema: object, params: unknown): ParamLeaf[] => [
  ...walk(schema as Schema, params, '', undefined),
]
