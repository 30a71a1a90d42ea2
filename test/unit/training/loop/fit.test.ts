import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EpochRow } from '../../../../src/artifacts/training-history.ts'
import type { Batch, Trainer } from '../../../../src/registry/engine.ts'
import { readSafetensors } from '../../../../src/std/safetensors.ts'
import { openCheckpoints } from '../../../../src/training/checkpoints/checkpoints.ts'
import { type FitOptions, type StepReport, fit as train } from '../../../../src/training/loop/fit.ts'
import { createSchedule } from '../../../../src/training/loop/schedules.ts'
import { batchSize, digestOf, features, shapes, toyBatches, toyFit, toyTrainer } from '../toy.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-fit-'))
})
afterEach(() => rm(dir, { recursive: true }))

const inDir = (name: string) => join(dir, name)
const undisturbed = () => train(toyFit(inDir('undisturbed')))

/** Aborts when step `at` is reported. */
function abortingAt(at: number, changes: Partial<FitOptions> = {}): Partial<FitOptions> {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    onStep: ({ step }) => {
      if (step === at) controller.abort(new Error(`stop at ${at}`))
    },
    ...changes,
  }
}

it('trains: the loss falls below chance and every epoch has a row', async () => {
  const { history } = await undisturbed()
  expect(history.epochs.map((row) => [row.epoch, row.step])).toEqual([
    [1, 6],
    [2, 12],
    [3, 18],
    [4, 24],
  ])
  expect(history.epochs.at(-1)?.validationLoss).toBeLessThan(Math.log(3))
  expect(history.epochs.at(-1)?.trainLoss).toBeLessThan(history.epochs[0]?.trainLoss ?? 0)
})

it('reports each step with the learning rate it used, and progress in images', async () => {
  const steps: StepReport[] = []
  const images: number[] = []
  await train(toyFit(dir, { onStep: (report) => steps.push(report), onProgress: (done) => images.push(done) }))
  expect(steps.map((s) => s.step)).toEqual(Array.from({ length: 24 }, (_, k) => k + 1))
  expect(steps.slice(0, 4).map((s) => s.learningRate)).toEqual([0, 0.05 / 3, (0.05 * 2) / 3, 0.05])
  expect(steps.map((s) => s.epoch).filter((epoch) => epoch === 2)).toHaveLength(6)
  expect(images.slice(4, 7)).toEqual([20, 22, 26])
  expect(images.at(-1)).toBe(88)
})

for (const at of [1, 3, 6, 13, 23]) {
  it(`ends with the same bits after an abort at step ${at}`, async () => {
    const expected = await undisturbed()
    const steps: StepReport[] = []
    const rows: EpochRow[] = []
    await expect(train(toyFit(inDir('a'), abortingAt(at)))).rejects.toThrow(`stop at ${at}`)
    const trainer = toyTrainer()
    const step = vi.fn(trainer.step)
    const result = await train(
      toyFit(inDir('a'), {
        trainer: { ...trainer, step },
        onStep: (s) => steps.push(s),
        onEpoch: (row) => rows.push(row),
      }),
    )
    expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
    expect(result.history).toEqual(expected.history)
    expect(step).toHaveBeenCalledTimes(24 - at)
    expect(steps.map((s) => s.step)).toEqual(Array.from({ length: 24 }, (_, k) => k + 1))
    expect(rows).toEqual(expected.history.epochs)
  })
}

it('goes on after an abort while validating without training the epoch again', async () => {
  const expected = await undisturbed()
  const controller = new AbortController()
  const first = toyFit(dir, { signal: controller.signal })
  const validate: FitOptions['validate'] = async (epoch, signal) => {
    if (epoch === 2) controller.abort(new Error('stop'))
    signal.throwIfAborted()
    return (first.validate as NonNullable<FitOptions['validate']>)(epoch, signal)
  }
  await expect(train({ ...first, validate })).rejects.toThrow('stop')
  expect(await readdir(dir)).toContain('checkpoint-12-partial')
  const speeds: number[] = []
  const result = await train(toyFit(dir, { onEpoch: (_, speed) => speeds.push(speed ?? 0) }))
  expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
  expect(speeds).toHaveLength(4)
  expect(speeds.every((speed) => Number.isFinite(speed) && speed > 0)).toBe(true)
})

it('honours an abort that ends the source of batches, and one before the first step', async () => {
  const controller = new AbortController()
  const batchesOf: FitOptions['batchesOf'] = async function* (order, _, signal) {
    for await (const batch of toyBatches(order)) {
      yield batch
      controller.abort(new Error('stop'))
      signal.throwIfAborted()
    }
  }
  await expect(train(toyFit(dir, { batchesOf, signal: controller.signal }))).rejects.toThrow('stop')
  expect(await readdir(dir)).toEqual(['checkpoint-1-partial'])
  const before = AbortSignal.abort(new Error('at once'))
  await expect(train(toyFit(inDir('none'), { signal: before }))).rejects.toThrow('at once')
})

it('answers the weights of the best epoch, not the last, and keeps its checkpoint', async () => {
  const losses = [0.9, 0.5, 0.5, 0.7]
  const validate = async (epoch: number) => ({
    loss: losses[epoch - 1] ?? 0,
    accuracy: 0.5,
    f1: 0.5,
    precision: 0.5,
    recall: 0.5,
  })
  const after: string[] = []
  const trainer = toyTrainer()
  const result = await train(
    toyFit(dir, { trainer, validate, onEpoch: () => after.push(digestOf(trainer.weights())) }, 1),
  )
  expect(result.history).toMatchObject({ bestEpoch: 2, bestMetric: 'loss' })
  expect(digestOf(result.weights)).toBe(after[1])
  expect((await readdir(dir)).sort()).toEqual(['checkpoint-12', 'checkpoint-24'])
  expect(after[1]).not.toBe(after[3])
})

it('keeps the newest checkpoints and answers the last weights without validation', async () => {
  const { validate: _, ...options } = toyFit(dir, { bestBy: 'last' }, 3)
  const { history, weights } = await train(options)
  expect(history).toMatchObject({ bestEpoch: 4, bestMetric: 'last' })
  expect(history.epochs[0]).not.toHaveProperty('validationLoss')
  expect(digestOf(weights)).toBe(digestOf(options.trainer.weights()))
  expect((await readdir(dir)).sort()).toEqual(['checkpoint-12', 'checkpoint-18', 'checkpoint-24'])
})

const damages: Record<string, (folder: string) => Promise<void>> = {
  'a flipped byte in the weights': async (folder) => {
    const bytes = await readFile(join(folder, 'model.safetensors'))
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 1
    await writeFile(join(folder, 'model.safetensors'), bytes)
  },
  'truncated moments': (folder) => truncate(join(folder, 'optimizer.safetensors'), 40),
  'no weights': (folder) => rm(join(folder, 'model.safetensors')),
  'no state': (folder) => rm(join(folder, 'state.json')),
  'half a state': (folder) => truncate(join(folder, 'state.json'), 50),
  'a changed digit in the state': async (folder) => {
    const text = await readFile(join(folder, 'state.json'), 'utf8')
    await writeFile(join(folder, 'state.json'), text.replace('"step":20', '"step":19'))
  },
  'an empty folder': async (folder) => {
    for (const file of await readdir(folder)) await rm(join(folder, file))
  },
}
for (const [what, damage] of Object.entries(damages)) {
  it(`passes over a checkpoint with ${what}, says so, and ends with the same bits`, async () => {
    const expected = await undisturbed()
    await expect(train(toyFit(inDir('a'), abortingAt(20)))).rejects.toThrow('stop')
    await damage(inDir('a/checkpoint-20-partial'))
    const warnings: string[] = []
    const result = await train(toyFit(inDir('a'), {}, 2, warnings))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^passed over checkpoint-20-partial: /)
    expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
    expect(await readdir(inDir('a'))).not.toContain('checkpoint-20-partial')
  })
}

it('starts afresh when the checkpoints belong to other settings', async () => {
  const expected = await undisturbed()
  await expect(train(toyFit(inDir('a'), abortingAt(20)))).rejects.toThrow('stop')
  const warnings: string[] = []
  const warn = (message: string) => warnings.push(message)
  const checkpoints = openCheckpoints({ dir: inDir('a'), shapes, spec: 'other', keep: 2, warn })
  const result = await train(toyFit(inDir('a'), { checkpoints }))
  expect(warnings.every((w) => w.includes('other settings'))).toBe(true)
  expect(warnings.length).toBeGreaterThan(1)
  expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
})

it('passes over a checkpoint whose best one so far is damaged', async () => {
  const losses = [0.4, 0.5, 0.6, 0.7]
  const validate = async (epoch: number) => ({
    loss: losses[epoch - 1] ?? 0,
    accuracy: 0.5,
    f1: 0.5,
    precision: 0.5,
    recall: 0.5,
  })
  const expected = await train(toyFit(inDir('undisturbed'), { validate }))
  await expect(train(toyFit(inDir('a'), abortingAt(20, { validate })))).rejects.toThrow('stop')
  await truncate(inDir('a/checkpoint-6/model.safetensors'), 10)
  const warnings: string[] = []
  const result = await train(toyFit(inDir('a'), { validate }, 2, warnings))
  expect(warnings[0]).toContain('the best one so far, checkpoint-6')
  expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
})

it('removes what a killed process left half-written', async () => {
  await train(toyFit(dir, { epochs: 1 }))
  await writeFile(join(dir, 'checkpoint-12.tmp'), 'half')
  await train(toyFit(dir, { epochs: 1 }))
  expect(await readdir(dir)).toEqual(['checkpoint-6'])
})

for (const [field, what] of [
  ['loss', 'loss'],
  ['gradNorm', 'gradient norm'],
] as const) {
  it(`stops when the ${what} is not finite and names step, learning rate and last checkpoint`, async () => {
    const trainer = toyTrainer()
    let steps = 0
    const failing: Trainer = {
      ...trainer,
      step: async (batch, rate) => {
        const made = await trainer.step(batch, rate)
        return ++steps === 8 ? { ...made, [field]: Number.NaN } : made
      },
    }
    const schedule = createSchedule({ name: 'constant', learningRate: 0.25, totalSteps: 24, warmupSteps: 0 })
    await expect(train(toyFit(dir, { trainer: failing, schedule }))).rejects.toMatchObject({
      code: 'XP_TRAINING_DIVERGED',
      exit: 'stageFailed',
      message: `the ${what} became NaN at step 8 with learning rate 0.25; the last good checkpoint is ${join(dir, 'checkpoint-6')}`,
    })
    expect(await readdir(dir)).toEqual(['checkpoint-6'])
  })
}

it('refuses an epoch with a missing batch', async () => {
  const batchesOf: FitOptions['batchesOf'] = (order) => toyBatches(order.subarray(4))
  await expect(train(toyFit(dir, { batchesOf }))).rejects.toThrow('5 batches instead of 6')
})

it('makes one step of several batches, the same as of one large batch', async () => {
  const large = (order: ArrayLike<number>) => regrouped(order, 2 * batchSize)
  const schedule = createSchedule({ name: 'constant', learningRate: 0.05, totalSteps: 12, warmupSteps: 0 })
  const steps: StepReport[] = []
  const onStep = (step: StepReport) => steps.push(step)
  const accumulated = await train(toyFit(inDir('a'), { accumulation: 2, schedule, onStep }))
  const whole = await train(toyFit(inDir('b'), { batchSize: 2 * batchSize, batchesOf: large, schedule }))
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, k) => k + 1))
  expect(digestOf(accumulated.weights)).toBe(digestOf(whole.weights))
  expect(accumulated.history).toEqual(whole.history)
})

it('makes a step of the batches that are left at the end of an epoch', async () => {
  const sizes: number[][] = []
  const trainer = toyTrainer()
  const step: Trainer['step'] = (batches, rate) => {
    sizes.push(batches.map(({ size }) => size))
    return trainer.step(batches, rate)
  }
  await train(toyFit(dir, { trainer: { ...trainer, step }, accumulation: 4, epochs: 1 }))
  expect(sizes).toEqual([
    [4, 4, 4, 4],
    [4, 2],
  ])
})

it('keeps the pixels of a window whose source uses its memory again', async () => {
  const reusing: FitOptions['batchesOf'] = async function* (order) {
    const memory = new Float32Array(batchSize * features)
    for await (const batch of toyBatches(order)) {
      memory.set(batch.pixels)
      yield { ...batch, pixels: memory.subarray(0, batch.pixels.length) }
    }
  }
  const expected = await train(toyFit(inDir('a'), { accumulation: 3 }))
  const result = await train(toyFit(inDir('b'), { accumulation: 3, batchesOf: reusing }))
  expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
})

const settings: Record<string, Partial<FitOptions>> = {
  'validation every 4 steps': { evalSteps: 4 },
  'checkpoints every 2 steps': { saveSteps: 2 },
  'two batches a step': { accumulation: 2 },
  'mixup and cutmix': { mix: { mixup: 0.8, cutmix: 1, image: { height: 1, width: features, channels: 1 } } },
  'smoothing and class weights': { labelSmoothing: 0.1, classWeights: [1, 2, 3] },
  'early stopping': { earlyStopping: { metric: 'loss', patience: 1, minDelta: 0.05 } },
}
for (const [what, changes] of Object.entries(settings)) {
  it(`ends with the same bits after an abort at any step: ${what}`, async () => {
    const expected = await train(toyFit(inDir('undisturbed'), changes))
    const { steps: made } = expected
    for (let at = 1; at < made; at += 3) {
      await expect(train(toyFit(inDir(`at-${at}`), abortingAt(at, changes)))).rejects.toThrow(`stop at ${at}`)
      const result = await train(toyFit(inDir(`at-${at}`), changes))
      expect(digestOf(result.weights)).toBe(digestOf(expected.weights))
      expect(result.history).toEqual(expected.history)
    }
    expect(made).toBeGreaterThan(3)
  })
}

it('validates within an epoch and at its end, and answers the best of all', async () => {
  const { history, weights } = await train(toyFit(dir, { evalSteps: 4, epochs: 2 }))
  expect(history.epochs.map(({ step, epoch }) => [step, epoch])).toEqual([
    [4, 4 / 6],
    [6, 1],
    [8, 1 + 2 / 6],
    [12, 2],
  ])
  const often = await train(toyFit(inDir('plain'), { epochs: 2 }))
  expect(history.epochs.at(-1)?.validationLoss).toBe(often.history.epochs.at(-1)?.validationLoss)
  expect(digestOf(weights)).toBe(digestOf(often.weights))
  const means = history.epochs.map(({ trainLoss }) => trainLoss)
  const first = often.history.epochs[0]?.trainLoss ?? 0
  expect(((means[0] ?? 0) * 4 + (means[1] ?? 0) * 2) / 6).toBeCloseTo(first, 12)
})

it('saves within an epoch without a validation', async () => {
  await expect(train(toyFit(dir, { saveSteps: 2, ...killedAt(5) }))).rejects.toThrow('killed')
  expect((await readdir(dir)).sort()).toEqual(['checkpoint-2-partial', 'checkpoint-4-partial'])
})

it('stops early, and a second run does not go on', async () => {
  const losses = [0.9, 0.5, 0.6, 0.7]
  const validate = async (epoch: number) => ({ ...even, loss: losses[epoch - 1] ?? 0 })
  const stopping: Partial<FitOptions> = { validate, earlyStopping: { metric: 'loss', patience: 1, minDelta: 0 } }
  const { history, steps } = await train(toyFit(dir, stopping))
  expect([history.epochs.length, history.bestEpoch, steps]).toEqual([3, 2, 18])
  const trainer = toyTrainer()
  const step = vi.fn(trainer.step)
  const again = await train(toyFit(dir, { ...stopping, trainer: { ...trainer, step } }))
  expect(step).not.toHaveBeenCalled()
  expect(again.history).toEqual(history)
})

it('does not move the schedule on a step that half precision skipped, nor count its loss', async () => {
  const trainer = toyTrainer()
  let calls = 0
  const step: Trainer['step'] = async (batches, rate) =>
    ++calls === 3 ? { loss: 99, gradNorm: Number.POSITIVE_INFINITY, skipped: true } : trainer.step(batches, rate)
  const steps: StepReport[] = []
  const { history } = await train(
    toyFit(dir, { trainer: { ...trainer, step }, onStep: (report) => steps.push(report), epochs: 1 }),
  )
  expect(steps.map((report) => report.step)).toEqual([1, 2, 4, 5, 6])
  expect(steps.map((report) => report.learningRate).slice(0, 4)).toEqual([0, 0.05 / 3, (0.05 * 2) / 3, 0.05])
  expect(history.epochs[0]?.trainLoss).toBeLessThan(2)
  const replayed: StepReport[] = []
  await train(toyFit(dir, { onStep: (report) => replayed.push(report), epochs: 1 }))
  expect(replayed).toEqual(steps)
})

it('stops when every step is skipped', async () => {
  const step: Trainer['step'] = async () => ({ loss: 1, gradNorm: Number.POSITIVE_INFINITY, skipped: true })
  const { validate: _, ...options } = toyFit(dir, { trainer: { ...toyTrainer(), step }, epochs: 20, bestBy: 'last' })
  await expect(train(options)).rejects.toMatchObject({ code: 'XP_TRAINING_DIVERGED' })
})

it('answers the averaged weights of the best checkpoint', async () => {
  const losses = [0.1, 0.5]
  const validate = async (epoch: number) => ({ ...even, loss: losses[epoch - 1] ?? 0 })
  const trainer = toyTrainer()
  const average = new Map([['head.bias', Float32Array.from([7, 8, 9])]])
  const averaging: Trainer = {
    ...trainer,
    averagedWeights: () => new Map([...trainer.weights(), ...average]),
    optimizerState() {
      const { slots, ...rest } = trainer.optimizerState()
      return { ...rest, slots: { ...slots, ema: average } }
    },
  }
  const { weights, best } = await train(toyFit(dir, { trainer: averaging, validate, epochs: 2 }))
  expect(best.epoch).toBe(1)
  expect([...(weights.get('head.bias') ?? [])]).toEqual([7, 8, 9])
  expect(weights.get('head.weight')).toEqual(
    (await readSafetensors(join(dir, 'checkpoint-6/model.safetensors'))).tensors.get('head.weight')?.data,
  )
})

const even = { loss: 0, accuracy: 0.5, f1: 0.5, precision: 0.5, recall: 0.5 }

/** Throws when step `at` is reported, without a checkpoint, as a crash would. */
const killedAt = (at: number): Partial<FitOptions> => ({
  onStep: ({ step }) => {
    if (step === at) throw new Error('killed')
  },
})

async function* regrouped(order: ArrayLike<number>, size: number): AsyncGenerator<Batch> {
  for (let from = 0; from < order.length; from += size) {
    const own: Batch[] = []
    for await (const batch of toyBatches(Array.from(order).slice(from, from + size))) own.push(batch)
    yield {
      size: own.reduce((sum, { size }) => sum + size, 0),
      pixels: Float32Array.from(own.flatMap(({ pixels }) => [...pixels])),
      labels: Int32Array.from(own.flatMap(({ labels }) => [...labels])),
    }
  }
}
