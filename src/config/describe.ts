import { redact } from '../errors/printable.ts'
import type { Located } from './located.ts'

/** The part of JSON Schema that params use. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema | readonly JsonSchema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly default?: unknown
  readonly description?: string
  readonly examples?: readonly string[]
}

/** Limits as signs, after the words for the type. */
const bounds = (s: JsonSchema): string => {
  const low =
    s.minimum !== undefined ? `≥ ${s.minimum}` : s.exclusiveMinimum !== undefined ? `> ${s.exclusiveMinimum}` : ''
  const high =
    s.maximum !== undefined ? `≤ ${s.maximum}` : s.exclusiveMaximum !== undefined ? `< ${s.exclusiveMaximum}` : ''
  const both = [low, high].filter((text) => text !== '').join(' and ')
  return `${both === '' ? '' : ` ${both}`}${s.multipleOf === undefined ? '' : `, a multiple of ${s.multipleOf}`}`
}

const itemCount = ({ minItems, maxItems }: JsonSchema): string => {
  if (minItems !== undefined && minItems === maxItems) return `${minItems} `
  if (minItems !== undefined && maxItems !== undefined) return `${minItems} to ${maxItems} `
  if (minItems !== undefined && minItems > 0) return `at least ${minItems} `
  return maxItems === undefined ? '' : `at most ${maxItems} `
}

const plural = (words: string) =>
  words
    .replace(/^an? /, '')
    .replace(/^(whole number|number|map|list)/, '$1s')
    .replace(/^text( that is)?/, (_, verb?: string) => (verb === undefined ? 'texts' : 'texts that are'))

/** What a schema accepts, as the words after "expected". */
export function describeSchema(schema: JsonSchema): string {
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) {
    const values = schema.enum.map((value) => JSON.stringify(value))
    return values.length === 1 ? (values[0] as string) : `one of ${values.join(', ')}`
  }
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return [...new Set(branches.map(describeSchema))].join(' or ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const words = types.map((type) => {
    if (type === 'integer') return `a whole number${bounds(schema)}`
    if (type === 'number') return `a number${bounds(schema)}`
    if (type === 'boolean') return 'true or false'
    if (type === 'null') return 'null'
    if (type === 'object') return 'a map'
    if (type === 'string' && schema.examples !== undefined)
      return `a text like ${schema.examples.map((text) => JSON.stringify(text)).join(', ')}`
    if (type === 'string') return (schema.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text'
    const item = Array.isArray(schema.items) ? undefined : (schema.items as JsonSchema | undefined)
    const of = item === undefined ? 'values' : plural(describeSchema(item))
    const count = itemCount(schema)
    return count === '' && item === undefined ? 'a list' : `a list of ${count}${of}`
  })
  return words.length === 0 ? 'another value' : words.join(' or ')
}

/** A value as the words after "found". */
export function describeValue(node: Located): string {
  if (node.kind === 'map') return node.entries.size === 0 ? 'an empty map' : 'a map'
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : `a list of ${node.items.length}`
  if (node.value === null) return node.text === '' ? 'nothing' : node.text
  if (typeof node.value !== 'string') return node.text
  const text = redact(node.value)
  return `the text ${JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text)}`
}

/** How YAML read a value that people expect to be something else, and what to write instead. */
export function yamlHint(schema: JsonSchema, node: Located, key: string): string | undefined {
  const branches = [schema, ...(schema.anyOf ?? schema.oneOf ?? [])]
  const accepts = (type: string) =>
    branches.some((s) => s.type === type || (Array.isArray(s.type) && s.type.includes(type)))
  if (node.kind !== 'scalar') return undefined
  if (node.value === null) {
    return accepts('object') || accepts('array')
      ? `the value is empty: indent its content below "${key}", or delete the line`
      : `the value is empty: write one after "${key}:", or delete the line`
  }
  const text = typeof node.value === 'string' ? node.value.trim() : node.text
  if (accepts('number') || accepts('integer')) {
    if (typeof node.value === 'string') {
      if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) && node.quoted)
        return `quotes make it a text: write ${/^\d+$/.test(key) ? '' : `${key}: `}${text}`
      if (/^[-+]?0,\d+$/.test(text)) return `the decimal sign is a point: write ${text.replace(',', '.')}`
      if (/^[-+]?\d{1,3}([_,]\d{3})+$/.test(text))
        return `YAML 1.2 has no separators in numbers: write ${text.replace(/[_,]/g, '')}`
      if (/^[-+]?\d+,\d+$/.test(text)) return `the decimal sign is a point: write ${text.replace(',', '.')}`
      if (/^\d+(\.\d+)?\s*%$/.test(text)) return `write a fraction: ${Number.parseFloat(text) / 100}`
    } else if (/^[-+]?0\d+$/.test(text)) return `YAML 1.2 reads ${text} as ${node.value}, not as an octal number`
  }
  if (accepts('boolean') && /^(y|yes|on|n|no|off|true|false|0|1)$/i.test(text)) {
    const meant = /^(y|yes|on|true|1)$/i.test(text)
    const how = node.quoted
      ? 'quotes make it a text'
      : `YAML 1.2 reads ${text} as a ${typeof node.value === 'string' ? 'text' : 'number'}`
    return `${how}: write ${meant}`
  }
  if (accepts('string') && typeof node.value !== 'string') return `put quotes around it: "${text}"`
  if (accepts('array')) return `write a list: [${text}]`
  return undefined
}
