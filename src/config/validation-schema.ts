import { Type } from 'typebox'
import type { AnyStage } from '../registry/stage.ts'

export const stageIdPattern = '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'

/** The fields of an experiment beside its stages. */
export const experimentFields = {
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
    description: 'What runs are called: letters, digits, ".", "_" and "-", at most 100.',
  }),
  seed: Type.Integer({
    minimum: 0,
    maximum: 0xffffffff,
    default: 42,
    description: 'Seed of everything random: splits, initial weights, batch order, augmentation.',
  }),
  engine: Type.Enum(['onnx', 'tfjs'], {
    default: 'onnx',
    description: 'What computes models: onnx compiles them for ONNX Runtime; tfjs runs TensorFlow.js eagerly.',
  }),
  vars: Type.Object(
    {},
    {
      additionalProperties: true,
      default: {},
      description: `Values to use in several places as \${vars.name}; --set vars.name=value replaces one.`,
    },
  ),
  track: Type.Object(
    {
      mlflow: Type.Optional(
        Type.Object(
          {
            uri: Type.String({
              minLength: 1,
              description: `Address of the MLflow server; "\${env:MLFLOW_TRACKING_URI}" tracks where that variable is set.`,
            }),
            experiment: Type.Optional(
              Type.String({ minLength: 1, description: "MLflow experiment; the experiment's own name by default." }),
            ),
          },
          { additionalProperties: false, description: 'Send metrics, params and the report to an MLflow server.' },
        ),
      ),
    },
    { additionalProperties: false, default: {}, description: 'Where runs are followed, beside the local event log.' },
  ),
} as const

/** Every field of one stage entry, whichever stage it uses. */
export const stageFields = ['uses', 'with', 'from'] as const

const entryOf = (stage: AnyStage) => ({
  type: 'object',
  properties: {
    uses: { const: stage.uses },
    with: { ...stage.params, default: {} },
    // Checked by the wiring, which knows the other stages.
    from: {},
  },
  required: ['uses', 'with'],
  additionalProperties: false,
})

/** JSON Schema that validates an experiment after interpolation and fills its defaults. */
export const validationSchema = (stages: readonly AnyStage[]) => ({
  type: 'object',
  properties: {
    ...experimentFields,
    stages: {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        type: 'object',
        required: ['uses'],
        discriminator: { propertyName: 'uses' },
        oneOf: stages.map(entryOf),
      },
    },
  },
  required: ['name', 'stages'],
  additionalProperties: false,
})
