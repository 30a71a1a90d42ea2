import { type TSchemaOptions, Type } from 'typebox'

/**
 * How a param enters the stage's key. By value unless annotated:
 * `tree` / `file`: a path that enters by the content it names (an edited image is a miss, a moved folder a hit);
 * `ignored`: cannot change the bytes; the reason is stated.
 */
export type KeyRole = 'tree' | 'file' | { readonly ignored: string }

/** The JSON Schema keyword that carries a param's key role. */
export const keyRoleKeyword = 'x-xp-key'

export const keyRoleOf = (schema: object): KeyRole | undefined =>
  (schema as Readonly<Record<string, KeyRole | undefined>>)[keyRoleKeyword]

/** What a `tree` param may name: every kind ends as a folder of files. */
export type SourceKindName = 'folder' | 'archive' | 'safetensors' | 'hubModel' | 'hubDataset'

/** The JSON Schema keyword that carries the kinds of source a `tree` param takes. */
export const sourceKindsKeyword = 'x-xp-sources'

export const sourceKindsOf = (schema: object): readonly SourceKindName[] | undefined =>
  (schema as Readonly<Record<string, readonly SourceKindName[] | undefined>>)[sourceKindsKeyword]

/** How the value of a `tree` param begins that is a place on the hub, and no path. */
export const hubScheme = 'hf://'
const hubDatasets = 'datasets/'

/** `owner/name` or `owner/name@revision`, which may be the path of a folder as well. */
const bareId = /^\w[\w.-]*\/\w[\w.-]*(@[^/]+)?$/

/**
 * A `tree` param's value in full, where it is no path: a place on the hub. A param that takes nothing but datasets from
 * there needs no `hf://datasets/` before the name; one that takes models takes a bare id where no path is in its way.
 * @param isPath whether the value is the path of something
 */
export function namedSource(schema: object, value: string, isPath: () => boolean): string | undefined {
  if (keyRoleOf(schema) !== 'tree') return undefined
  if (value.startsWith(hubScheme)) return value
  const sources = sourceKindsOf(schema) ?? []
  if (sources.length === 1 && sources[0] === 'hubDataset') return `${hubScheme}${hubDatasets}${value}`
  return sources.includes('hubModel') && bareId.test(value) && !isPath() ? `${hubScheme}${value}` : undefined
}

/**
 * A tree of source data, relative to the YAML file that names it.
 * @param options `sources`: the kinds it may be, a folder alone when absent
 */
export const TreePath = ({
  sources,
  ...options
}: TSchemaOptions & { description: string; sources?: readonly SourceKindName[] }) =>
  Type.String({
    minLength: 1,
    ...options,
    [keyRoleKeyword]: 'tree' satisfies KeyRole,
    ...(sources === undefined ? {} : { [sourceKindsKeyword]: sources }),
  })

/** A file of source data, relative to the YAML file that names it. */
export const FilePath = (options: TSchemaOptions & { description: string }) =>
  Type.String({ minLength: 1, ...options, [keyRoleKeyword]: 'file' satisfies KeyRole })

/** Options for a param that cannot change the bytes of a stage's outputs, with the reason. */
export const ignoredByKey = (why: string) => ({ [keyRoleKeyword]: { ignored: why } satisfies KeyRole })
