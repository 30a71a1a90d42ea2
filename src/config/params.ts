import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Origin } from '../registry/experiment.ts'
import { keyRoleOf, namedSource } from '../registry/params.ts'
import type { JsonSchema } from './describe.ts'
import { folderOf, type Located, originOf } from './located.ts'

const isPath = (schema: JsonSchema) => {
  const role = keyRoleOf(schema)
  return role === 'tree' || role === 'file'
}

function itemSchema(schema: JsonSchema, index: number): JsonSchema {
  const { items } = schema
  return ((Array.isArray(items) ? items[index] : items) ?? {}) as JsonSchema
}

/** Params with `tree` and `file` paths made absolute, from the folder of the text that names them, and ids of the hub in full. */
export function resolvePaths(value: unknown, node: Located | undefined, schema: JsonSchema, folder: string): unknown {
  if (Array.isArray(value)) {
    const items = node?.kind === 'list' ? node.items : []
    return value.map((item, i) => resolvePaths(item, items[i], itemSchema(schema, i), folder))
  }
  if (typeof value === 'object' && value !== null) {
    const entries = node?.kind === 'map' ? node.entries : undefined
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        resolvePaths(inner, entries?.get(key)?.value, schema.properties?.[key] ?? {}, folder),
      ]),
    )
  }
  if (typeof value !== 'string' || !isPath(schema)) return value
  const path = resolve(node?.kind === 'scalar' ? folderOf(node) : folder, value)
  return namedSource(schema, value, () => existsSync(path)) ?? path
}

/** Where each value came from, by dotted path: maps, lists and what is in them. */
export function originsOf(
  value: unknown,
  node: Located | undefined,
  path: readonly string[] = [],
): Map<string, Origin> {
  const own: Origin = node === undefined ? { from: 'default', text: 'default' } : originOf(node)
  const origins = new Map<string, Origin>(path.length === 0 ? [] : [[path.join('.'), own]])
  if (typeof value !== 'object' || value === null) return origins
  for (const [key, inner] of Object.entries(value)) {
    const child =
      node?.kind === 'list' ? node.items[Number(key)] : node?.kind === 'map' ? node.entries.get(key)?.value : undefined
    for (const [name, origin] of originsOf(inner, child, [...path, key])) origins.set(name, origin)
  }
  return origins
}
