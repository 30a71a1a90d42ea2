import { type InputPorts, type OutputPorts, portOf } from './artifact.ts'
import { keyRoleOf } from './params.ts'
import type { AnyStage, MetricDeclarations } from './stage.ts'

export interface ParamDescription {
  readonly name: string
  /** JSON type, or the allowed values. */
  readonly type: string
  /** Whether it must be given. */
  readonly required: boolean
  /** Absent where there is none: without a value such a param does nothing, or is required. */
  readonly default?: unknown
  readonly description: string
  /** How it enters the key, where that is not by value. */
  readonly key?: string
}

export interface StageDescription {
  readonly uses: string
  readonly version: number
  readonly summary: string
  readonly needs: readonly string[]
  readonly inputs: readonly { readonly port: string; readonly type: string; readonly arity: string }[]
  readonly outputs: readonly { readonly port: string; readonly type: string }[]
  readonly params: readonly ParamDescription[]
  readonly metrics: readonly {
    readonly name: string
    readonly unit: string
    readonly per: string
    readonly description: string
  }[]
}

interface ParamSchema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly ParamSchema[]
  readonly default?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, ParamSchema>>
}

function typeText(schema: ParamSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' | ')
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(([name, field]) => `${name}: ${typeText(field)}`)
    return `{ ${fields.join(', ')} }`
  }
  return schema.type ?? 'any'
}

function keyText(schema: object): string | undefined {
  const role = keyRoleOf(schema)
  if (role === undefined) return undefined
  return typeof role === 'string' ? `by the content of the ${role}` : `not in the key: ${role.ignored}`
}

/** What a reader wants to know of a stage, all of it from its declaration. */
export function describeStage(stage: AnyStage): StageDescription {
  const properties: Readonly<Record<string, ParamSchema>> = stage.params.properties
  const required = new Set<string>(stage.params.required ?? [])
  return {
    uses: stage.uses,
    version: stage.version,
    summary: stage.summary,
    needs: stage.needs,
    inputs: Object.entries(stage.inputs as InputPorts).map(([port, declared]) => {
      const { type, arity } = portOf(declared)
      return { port, type: type.name, arity }
    }),
    outputs: Object.entries(stage.outputs as OutputPorts).map(([port, type]) => ({ port, type: type.name })),
    params: Object.entries(properties).map(([name, schema]) => {
      const key = keyText(schema)
      return {
        name,
        type: typeText(schema),
        required: required.has(name) && !('default' in schema),
        ...('default' in schema ? { default: schema.default } : {}),
        description: schema.description ?? '',
        ...(key === undefined ? {} : { key }),
      }
    }),
    metrics: Object.entries(stage.metrics as MetricDeclarations).map(([name, { unit, per, description }]) => ({
      name,
      unit,
      per,
      description,
    })),
  }
}
