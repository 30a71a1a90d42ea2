import { cp } from 'node:fs/promises'
import type { ArtifactType } from '../registry/artifact.ts'

/**
 * A model as a Hugging Face folder (`config.json`, `model.safetensors`, `preprocessor_config.json`), plus `xp.json`:
 * how far it was trained. `dir` is absolute.
 */
export interface Model {
  readonly dir: string
}

/** What `xp.json` says. */
export interface ModelProvenance {
  /** Optimiser steps and epochs that made the weights; 0 for a fresh or pretrained model. */
  readonly trainedSteps: number
  readonly trainedEpochs: number
  /** Where the starting weights came from: `scratch` or the checkpoint's architecture. */
  readonly initialisedFrom: string
}

export const Model: ArtifactType<Model> = {
  name: 'model@1',
  summary: 'An image classifier as a Hugging Face folder.',
  write: (dir, value) => cp(value.dir, dir, { recursive: true, dereference: true, preserveTimestamps: false }),
  read: async (dir) => ({ dir }),
}
