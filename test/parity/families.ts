import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readModelConfig, readModelWeights, readPreprocessor, writeModelFolder } from '../../src/artifacts/model.ts'
import { createImageLoader } from '../../src/images/loader.ts'
import { parsePreprocessorConfig } from '../../src/images/preprocessor-config.ts'
import { outputSize } from '../../src/images/processor.ts'
import { classifierOf } from '../../src/nn/classifier.ts'
import type { Engine, Weights } from '../../src/registry/engine.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { digestFile } from '../../src/std/hash.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import {
  examplesOf,
  goldenCheckpoint,
  goldenFolder,
  goldenRun,
  type OurRun,
  type RunName,
  runNames,
  trainAsGolden,
} from './huggingface.ts'
import { randomBatch } from './tiny-classifier.ts'

/** One run of each family. */
export const familyRuns: readonly { readonly family: string; readonly run: RunName }[] = runNames
  .map((run) => ({ family: goldenRun(run).family, run }))
  .filter(({ family }, i, all) => all.findIndex((other) => other.family === family) === i)

/**
 * Trains each family as its golden run and saves it under `root`, with what `check_logits.py` compares: xp's logits of
 * the validation images.
 */
export async function saveTrainedFamilies(engine: Engine, root: string): Promise<ReadonlyMap<string, OurRun>> {
  const runs = new Map<string, OurRun>()
  for (const { family, run } of familyRuns) {
    const ours = await trainAsGolden(engine, run)
    const { config, classifier } = await goldenCheckpoint(family)
    await writeModelFolder(join(root, family), {
      config,
      parameters: classifier.parameters,
      buffers: classifier.buffers,
      weights: ours.weights,
      preprocessor: JSON.parse(await readFile(join(goldenFolder(family), 'preprocessor_config.json'), 'utf8')),
      provenance: { trainedSteps: ours.steps.length, trainedEpochs: 3, initialisedFrom: family },
    })
    runs.set(family, ours)
  }
  const files = (await examplesOf('validation', 4)).map(({ file }) => file)
  const logits = Object.fromEntries([...runs].map(([family, { logitsAfter }]) => [family, [...logitsAfter]]))
  await writeFile(join(root, 'logits.json'), JSON.stringify({ files, logits }))
  return runs
}

/** Logits of images (paths within `images`) by a saved model, preprocessed as it says. */
export async function logitsOfFiles(folder: string, images: string, files: readonly string[]): Promise<Float32Array> {
  const processor = parsePreprocessorConfig(await readPreprocessor(folder), folder)
  const classifier = classifierOf(await readModelConfig(folder), { where: folder, image: outputSize(processor) })
  const engine = createOnnxEngine(await createOnnxRuntime({ threads: 2 }))
  const loader = createImageLoader({ root: images, processor, workers: 1 })
  try {
    const predictor = await engine.predictor(classifier, await readModelWeights(folder))
    const examples = await Promise.all(
      files.map(async (file) => ({ file, label: 0, sha256: await digestFile(join(images, file)) })),
    )
    const logits: number[] = []
    for await (const batch of loader.batches(examples, { batchSize: 4 }))
      logits.push(...(await predictor.logits(batch)))
    await predictor.dispose()
    return Float32Array.from(logits)
  } finally {
    await loader.close()
    await engine.dispose()
  }
}

/** Whether four steps straight and two, saved, restored into a fresh trainer, and two more end in the same bits. */
export async function resumesToTheSameBits(engine: Engine, family: string): Promise<boolean> {
  const { classifier, weights } = await goldenCheckpoint(family)
  const fresh = () =>
    engine.trainer({
      classifier,
      weights,
      optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 },
      trainable: classifier.parameters.map(({ name, decay }) => ({ name, decay, learningRateFactor: 1 })),
      maxGradNorm: 1,
      seed: 1,
    })
  const [straight, first, second] = [await fresh(), await fresh(), await fresh()]
  try {
    const step = (trainer: typeof straight, k: number) => trainer.step([randomBatch(classifier, 3, k)], 1e-3)
    for (const k of [0, 1, 2, 3]) await step(straight, k)
    for (const k of [0, 1]) await step(first, k)
    second.restore(first.weights(), first.optimizerState())
    for (const k of [2, 3]) await step(second, k)
    const [a, b] = [straight.optimizerState(), second.optimizerState()]
    return (
      equal(straight.weights(), second.weights()) &&
      Object.keys(a.slots).every((slot) => equal(a.slots[slot] ?? new Map(), b.slots[slot] ?? new Map()))
    )
  } finally {
    for (const trainer of [straight, first, second]) await trainer.dispose()
  }
}

const equal = (a: Weights, b: Weights) =>
  a.size > 0 &&
  a.size === b.size &&
  [...a].every(([name, data]) => Buffer.compare(bytes(data), bytes(b.get(name))) === 0)

const bytes = (data: Float32Array = new Float32Array()) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
