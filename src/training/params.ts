import { type Static, Type } from 'typebox'
import { validationMetrics } from '../artifacts/training-history.ts'
import { ignoredByKey } from '../registry/params.ts'
import type { MetricDeclarations } from '../registry/stage.ts'
import { scheduleNames } from './loop/schedules.ts'

const beta = (defaultValue: number, description: string) =>
  Type.Number({ minimum: 0, exclusiveMaximum: 1, default: defaultValue, description })

/** Params of every stage that trains; named as Hugging Face's `TrainingArguments` where those have them. */
export const trainingParams = {
  epochs: Type.Integer({ minimum: 1, default: 3, description: 'Passes over the training examples.' }),
  batchSize: Type.Integer({ minimum: 1, default: 8, description: 'Examples per batch.' }),
  gradientAccumulation: Type.Integer({
    minimum: 1,
    default: 1,
    description: 'Batches per optimiser step; its loss is the mean over all their examples together.',
  }),
  evalBatchSize: Type.Integer({ minimum: 1, default: 32, description: 'Examples per forward pass of validation.' }),
  learningRate: Type.Number({ exclusiveMinimum: 0, default: 5e-5, description: 'Peak learning rate.' }),
  schedule: Type.Enum([...scheduleNames], {
    default: 'linear',
    description:
      'How the learning rate falls after the warm-up (polynomial: to 1e-7); one-cycle rises over its first 30 % by itself.',
  }),
  schedulePower: Type.Number({
    exclusiveMinimum: 0,
    default: 1,
    description: 'Exponent of the schedule polynomial; 1 is a straight line.',
  }),
  warmupSteps: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Optimiser steps over which the learning rate grows from 0. Excludes warmupRatio.',
  }),
  warmupRatio: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'The same as a share of all optimiser steps, rounded up.',
  }),
  optimizer: Type.Enum(['adamw', 'adam', 'sgd'], {
    default: 'adamw',
    description: 'The update rule: adamw decays weights apart from the gradient, adam and sgd through it.',
  }),
  weightDecay: Type.Number({
    minimum: 0,
    default: 0,
    description: 'Weight decay, on all but biases and LayerNorm.',
  }),
  adamBeta1: beta(0.9, 'Decay of the first moment of adamw and adam.'),
  adamBeta2: beta(0.999, 'Decay of the second moment of adamw and adam.'),
  adamEpsilon: Type.Number({
    exclusiveMinimum: 0,
    default: 1e-8,
    description: 'Added to the denominator of adamw and adam.',
  }),
  momentum: beta(0, 'Momentum of sgd, 0.9 in most recipes.'),
  nesterov: Type.Boolean({ default: false, description: "Nesterov's momentum, for sgd." }),
  maxGradNorm: Type.Number({
    minimum: 0,
    default: 1,
    description: 'Gradients are scaled to at most this global L2 norm; 0 turns clipping off.',
  }),
  emaDecay: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Validate and answer a moving average of the weights, which keeps this share of itself per step.',
    }),
  ),
  labelSmoothing: beta(0, 'Share of each target that is spread over all classes.'),
  classWeights: Type.Optional(
    Type.Union(
      [
        Type.Literal('balanced'),
        Type.Record(Type.String(), Type.Number({ minimum: 0 })),
        Type.Array(Type.Number({ minimum: 0 }), { minItems: 1 }),
      ],
      {
        description:
          'Weight of each class in the loss: balanced (all classes count the same), a table by class name (1 for the others), or a list in class order.',
      },
    ),
  ),
  bestBy: Type.Enum([...validationMetrics, 'last'], {
    default: 'loss',
    description: 'Validation number that picks the weights that are answered; last: those of the last epoch.',
  }),
  earlyStopping: Type.Optional(
    Type.Object(
      {
        metric: Type.Enum([...validationMetrics], {
          default: 'loss',
          description: 'Validation number that is watched.',
        }),
        patience: Type.Integer({
          minimum: 1,
          default: 3,
          description: 'Validations in a row without an improvement after which training ends.',
        }),
        minDelta: Type.Number({ minimum: 0, default: 0, description: 'An improvement is a change by more than this.' }),
      },
      { additionalProperties: false, description: 'End the training when validation no longer improves.' },
    ),
  ),
  evalSteps: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Optimiser steps between validations; each end of an epoch has one in any case.',
    }),
  ),
  saveSteps: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Optimiser steps between checkpoints, beside those at validations: less is lost in a crash.',
      ...ignoredByKey('checkpoints are not part of the result'),
    }),
  ),
  keepCheckpoints: Type.Integer({
    minimum: 1,
    default: 2,
    description: 'Newest checkpoints kept while training, beside the best.',
    ...ignoredByKey('checkpoints are not part of the result'),
  }),
  trainPart: Type.String({ minLength: 1, default: 'train', description: 'Part of the dataset to train on.' }),
  validationPart: Type.String({
    minLength: 1,
    default: 'validation',
    description: 'Part that is scored while training; without such a part there is no validation.',
  }),
}

const trainingSchema = Type.Object(trainingParams)
export type TrainingParams = Static<typeof trainingSchema>

/** Metrics of every stage that trains. */
export const trainingMetrics = {
  'train/loss': { unit: 'nats', per: 'batch', better: 'lower', description: 'Mean cross-entropy of the step.' },
  'train/grad_norm': { unit: 'L2 norm', per: 'batch', description: 'Global norm of the gradients before clipping.' },
  'train/learning_rate': { unit: '1', per: 'batch', description: 'Learning rate of the step.' },
  'train/images_per_second': {
    unit: 'images/s',
    per: 'epoch',
    better: 'higher',
    description: 'Training speed since the validation before, validation excluded.',
  },
  'validation/loss': { unit: 'nats', per: 'epoch', better: 'lower', description: 'Mean cross-entropy.' },
  'validation/accuracy': {
    unit: 'fraction',
    per: 'epoch',
    better: 'higher',
    description: 'Share of right predictions.',
  },
  'validation/f1': {
    unit: 'fraction',
    per: 'epoch',
    better: 'higher',
    description: 'F1, mean weighted by class size.',
  },
  'validation/precision': {
    unit: 'fraction',
    per: 'epoch',
    better: 'higher',
    description: 'Precision, mean weighted by class size.',
  },
  'validation/recall': {
    unit: 'fraction',
    per: 'epoch',
    better: 'higher',
    description: 'Recall, mean weighted by class size.',
  },
} as const satisfies MetricDeclarations
