import { Mt19937, randperm } from '../../std/mt19937.ts'

/**
 * The order of `count` examples in an epoch (from 0), as accelerate's `SeedableRandomSampler`:
 * `torch.randperm(count)` from a generator seeded with `seed + epoch`.
 */
export const epochOrder = (count: number, seed: number, epoch: number): Int32Array =>
  randperm(count, new Mt19937(seed + epoch))

/** Batches of one epoch; the last one may be short. */
export const batchesPerEpoch = (count: number, batchSize: number): number => Math.ceil(count / batchSize)

/** Optimiser steps of one epoch, each over `accumulation` batches; the last one may have fewer. */
export const stepsPerEpoch = (count: number, batchSize: number, accumulation: number): number =>
  Math.ceil(batchesPerEpoch(count, batchSize) / accumulation)
