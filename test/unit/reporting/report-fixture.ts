import type { Evaluation } from '../../../src/artifacts/evaluation.ts'
import type { ProcessedImages } from '../../../src/artifacts/processed-images.ts'
import type { TrainingHistory } from '../../../src/artifacts/training-history.ts'
import { sha256 } from '../../../src/std/hash.ts'

export const processor: ProcessedImages['processor'] = {
  backend: 'pil',
  doResize: true,
  size: { height: 64, width: 64 },
  resample: 2,
  doCenterCrop: false,
  cropSize: { height: 64, width: 64 },
  doRescale: true,
  rescaleFactor: 1 / 255,
  doNormalize: true,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

/** Images `<class index>/<n>.jpg`, `perClass` of each class in each of three parts. */
export function imagesOf(classes: readonly string[], perClass = 6): ProcessedImages {
  const part = (name: string) =>
    classes.flatMap((_, label) =>
      Array.from({ length: perClass }, (_, n) => ({
        file: `${label}/${name}-${n}.jpg`,
        sha256: sha256(`${label}/${name}-${n}`),
        label,
      })),
    )
  const parts = { train: part('train'), validation: part('validation'), test: part('test') }
  return { dataset: { classes, source: 'a'.repeat(64), parts }, processor, augmentation: { horizontalFlip: 0.5 } }
}

/** Scores of a model that takes every `1/errors`-th test image for the next class. */
export function evaluationOf(data: ProcessedImages, trainedEpochs: number, errors: number): Evaluation {
  const { classes, parts } = data.dataset
  const examples = parts.test ?? []
  const predictions = examples.map(({ file, label }, i) => {
    const wrong = Math.floor((i + 1) * errors) > Math.floor(i * errors)
    return { file, actual: label, predicted: wrong ? (label + 1) % classes.length : label, confidence: 0.5 + i / 100 }
  })
  const confusion = classes.map((_, a) =>
    classes.map((_, p) => predictions.filter((x) => x.actual === a && x.predicted === p).length),
  )
  const accuracy = predictions.filter((p) => p.actual === p.predicted).length / predictions.length
  const scores = { precision: accuracy, recall: accuracy, f1: accuracy }
  return {
    part: 'test',
    model: { trainedSteps: trainedEpochs * 10, trainedEpochs, initialisedFrom: 'scratch' },
    classes,
    loss: 1.25,
    accuracy,
    ...scores,
    confusion,
    perClass: classes.map((_, label) => ({ ...scores, support: examples.filter((e) => e.label === label).length })),
    predictions,
  }
}

export const history: TrainingHistory = {
  epochs: [1, 2, 3].map((epoch) => ({
    epoch,
    step: epoch * 10,
    learningRate: 1e-4 / epoch,
    trainLoss: 1 / epoch,
    validationLoss: 1.1 / epoch,
    validationAccuracy: 1 - 0.2 / epoch,
    validationF1: 1 - 0.25 / epoch,
  })),
  bestEpoch: 2,
  bestMetric: 'accuracy',
}
