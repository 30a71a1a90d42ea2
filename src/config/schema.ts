import { type InputPorts, portOf } from '../registry/artifact.ts'
import { keyRoleKeyword, sourceKindsKeyword } from '../registry/params.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'
import type { JsonSchema } from './describe.ts'
import { experimentFields, stageIdPattern } from './validation-schema.ts'

const draft = 'http://json-schema.org/draft-07/schema#'
const reference = { type: 'string', pattern: '^\\$\\{.*\\}$' } as const
const stageReference = { type: 'string', minLength: 1 } as const

/** A TypeBox schema is JSON Schema. */
const plain = (schema: object) => schema as JsonSchema

const takesEveryText = ({ type, pattern, ...rest }: JsonSchema) =>
  type === 'string' && rest.enum === undefined && pattern === undefined && !('const' in rest)

/** A list of branches with what is said of all of them outside, where editors look for it. */
function orReference(schema: JsonSchema): JsonSchema {
  const { description, default: preset, anyOf, ...rest } = schema
  const branches =
    anyOf !== undefined && Object.keys(rest).length === 0 ? anyOf : [{ ...rest, ...(anyOf && { anyOf }) }]
  return {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [...branches, reference],
  }
}

/** A map's fields as an editor needs them: nothing with a default is required. */
function fieldsOf(schema: JsonSchema): JsonSchema {
  const properties = Object.entries(schema.properties ?? {})
  const required = (schema.required ?? []).filter((name) => !('default' in (schema.properties?.[name] ?? {})))
  const { required: _, ...rest } = schema
  return {
    ...rest,
    properties: Object.fromEntries(properties.map(([name, field]) => [name, interpolatable(field)])),
    ...(required.length > 0 && { required }),
  }
}

/** The schema of a value that may also be written as `${vars.x}`. */
function interpolatable(schema: JsonSchema): JsonSchema {
  const own = Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => keyword !== keyRoleKeyword && keyword !== sourceKindsKeyword),
  ) as JsonSchema
  if (takesEveryText(own)) return own
  if (own.properties !== undefined) return orReference(fieldsOf(own))
  if (own.items !== undefined && !Array.isArray(own.items)) {
    return orReference({ ...own, items: interpolatable(own.items as JsonSchema) })
  }
  return orReference(own)
}

const sentence = { one: 'needed', optional: 'optional', many: 'one or more' } as const

function fromSchema(stage: AnyStage): JsonSchema | undefined {
  const ports = Object.entries(stage.inputs as InputPorts).map(([name, port]) => ({ name, ...portOf(port) }))
  if (ports.length === 0) return undefined
  const properties = ports.map(({ name, type, arity }) => {
    const description = `${type.name}, ${sentence[arity]}: ${type.summary} The id of the stage that makes it, or id.output.`
    const list = { type: 'array', items: stageReference, minItems: 1 } as const
    return [
      name,
      arity === 'many' ? { description, anyOf: [list, stageReference] } : { description, ...stageReference },
    ]
  })
  return {
    description:
      'Where the inputs come from: the id of one stage, or one id per input. A needed one that is left out comes from the one stage that makes it.',
    anyOf: [
      {
        type: 'object',
        properties: Object.fromEntries(properties),
        additionalProperties: false,
      },
      stageReference,
    ],
  }
}

/** The fields of a stage entry beside `uses`, and which of them must be there. */
function entryFields(stage: AnyStage) {
  const { [keyRoleKeyword]: _, ...params } = stage.params
  const fields = fieldsOf(plain(params))
  const from = fromSchema(stage)
  return {
    properties: {
      with: { description: `Params of ${stage.uses}.`, ...fields },
      ...(from === undefined ? {} : { from }),
    },
    required: fields.required === undefined ? [] : ['with'],
  }
}

/** JSON Schema (draft-07) of one entry below `stages:`, for editors. */
export function stageSchema(stage: AnyStage) {
  const { properties, required } = entryFields(stage)
  return {
    $schema: draft,
    title: stage.uses,
    description: stage.summary,
    type: 'object',
    properties: { uses: { const: stage.uses, description: stage.summary }, ...properties },
    required: ['uses', ...required],
    additionalProperties: false,
  }
}

const entryWhenUses = (stage: AnyStage) => {
  const { properties, required } = entryFields(stage)
  return {
    if: { properties: { uses: { const: stage.uses } }, required: ['uses'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: {
      properties: 'from' in properties ? properties : { ...properties, from: false },
      ...(required.length > 0 && { required }),
    },
  }
}

/** The short form and the long one. */
function engineSchema({ description, default: _, ...long }: JsonSchema): JsonSchema {
  const short = long.properties?.name ?? {}
  return orReference({ ...(description && { description }), default: 'onnx', anyOf: [short, fieldsOf(long)] })
}

/** JSON Schema (draft-07) of an experiment file, for editors: completion and first checks; `xp validate` says more. */
export function experimentSchema(registry: Registry) {
  const stages = [...registry.stages].sort((a, b) => (a.uses < b.uses ? -1 : 1))
  const { name, seed, engine, vars, track } = experimentFields
  const summaries = stages.map((stage) => stage.summary)
  return {
    $schema: draft,
    title: 'xp experiment',
    description: 'Stages that make, train, score and report image classifiers.',
    type: 'object',
    properties: {
      extends: {
        description:
          'Files that this one is laid over, key by key, paths from this file or files of packages; the later goes before the earlier, and null takes a key away.',
        anyOf: [stageReference, { type: 'array', items: stageReference, minItems: 1 }],
      },
      variants: {
        description:
          'What other forms of the experiment change, by name: --variant NAME lays one over it, as over a file that is extended.',
        type: 'object',
        additionalProperties: { type: 'object' },
      },
      plugins: {
        description: 'Stages of your own: files from this one on (./my-stage.ts), or installed packages.',
        type: 'array',
        items: stageReference,
      },
      name: interpolatable(name),
      seed: interpolatable(seed),
      engine: engineSchema(plain(engine)),
      vars,
      stages: {
        description: 'The stages, by ids of your own: lower-case letters, digits and hyphens.',
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: stageIdPattern },
        additionalProperties: { $ref: '#/definitions/stage' },
      },
      track: {
        ...fieldsOf(plain(track)),
        properties: { mlflow: fieldsOf(plain(track.properties.mlflow)) },
      },
    },
    // A file that extends others has from them what it does not say.
    if: { required: ['extends'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: {},
    else: {
      required: ['name', 'stages'],
      properties: { stages: { additionalProperties: { type: 'object', required: ['uses'] } } },
    },
    additionalProperties: false,
    definitions: {
      stage: {
        type: ['object', 'null'],
        properties: {
          uses: {
            description: 'The stage to run.',
            type: 'string',
            enum: stages.map((stage) => stage.uses),
            enumDescriptions: summaries,
            markdownEnumDescriptions: summaries,
          },
          with: { description: 'Params of the stage.', type: 'object' },
          from: {
            description:
              'Where the inputs come from: the id of one stage, or one id per input. A needed one that is left out comes from the one stage that makes it.',
          },
          matrix: {
            description:
              'Params with a list of values each: the stage, and what depends on it, is run for every combination.',
            type: 'object',
            minProperties: 1,
            additionalProperties: { anyOf: [{ type: 'array', minItems: 1 }, reference] },
          },
          when: orReference({
            description: 'Whether the stage takes part; inputs that may be fewer do without it.',
            type: 'boolean',
            default: true,
          }),
        },
        additionalProperties: false,
        allOf: stages.map(entryWhenUses),
      },
    },
  }
}

/** The files of the folder `schemas/`: name and text, of the whole experiment and of each stage. */
export function renderSchemas(registry: Registry): ReadonlyMap<string, string> {
  const text = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`
  const stages = [...registry.stages].sort((a, b) => (a.uses < b.uses ? -1 : 1))
  return new Map([
    ['experiment.schema.json', text(experimentSchema(registry))],
    ...stages.map((s) => [`${s.uses.replace('/', '-')}.schema.json`, text(stageSchema(s))] as const),
  ])
}
