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
  engine: Type.Object(
    {
      name: Type.Enum(['onnx', 'tfjs'], {
        default: 'onnx',
        description: 'What computes models: onnx compiles them for ONNX Runtime; tfjs runs TensorFlow.js eagerly.',
      }),
      device: Type.Optional(
        Type.String({
          pattern: '^(auto|cpu|cuda(:[0-9]{1,3})?|webgpu)$',
          examples: ['auto', 'cpu', 'cuda', 'cuda:1', 'webgpu'],
          description:
            'Where onnx computes: cpu, cuda (the second NVIDIA GPU is cuda:1) or webgpu; auto, the default, is cuda where it works and cpu elsewhere.',
        }),
      ),
      precision: Type.Optional(
        Type.Enum(['auto', 'fp32', 'bf16', 'fp16'], {
          description:
            'Of matrix products and convolutions with onnx; the weights stay fp32. auto, the default, is bf16 on cuda and fp32 elsewhere.',
        }),
      ),
      threads: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1024,
          description:
            'Threads that share one operator with onnx; all cores by default. Other numbers round differently.',
        }),
      ),
      allowFallback: Type.Optional(
        Type.Boolean({
          description:
            'Whether the CPU may take operators that the device of onnx cannot (slow); false, the default, makes them an error.',
        }),
      ),
      backend: Type.Optional(
        Type.Enum(['cpu', 'wasm', 'node', 'node-gpu'], {
          description:
            'Backend of tfjs: cpu, the default, or wasm, node or node-gpu where the package @tensorflow/tfjs-backend-wasm, tfjs-node or tfjs-node-gpu is installed.',
        }),
      ),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'What computes models, and where; `engine: tfjs` is short for `engine: { name: tfjs }`.',
    },
  ),
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
export const stageFields = ['uses', 'with', 'from', 'when', 'matrix'] as const

const entryOf = (stage: AnyStage) => ({
  type: 'object',
  properties: {
    uses: { const: stage.uses },
    with: { ...stage.params, default: {} },
    // Checked by the wiring, which knows the other stages.
    from: {},
    // Checked where the stages that take part are told apart.
    when: {},
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
