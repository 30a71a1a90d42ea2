import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { badModelConfig, missingModelFile } from '../errors/weights.ts'
import type { ArtifactType } from '../registry/artifact.ts'
import type { Buffer, Parameter, Weights } from '../registry/engine.ts'
import { locateTensors, type WritableTensor, writeSafetensors } from '../std/safetensors.ts'
import { TensorsOnDisk } from '../std/tensors-on-disk.ts'
import { parseJsonObject, readTextOf } from './json-file.ts'
import type { HuggingFaceConfig } from './model-config.ts'

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

export const modelFiles = {
  config: 'config.json',
  weights: 'model.safetensors',
  preprocessor: 'preprocessor_config.json',
  provenance: 'xp.json',
} as const

/** The content of a Hugging Face `preprocessor_config.json`. */
export type PreprocessorConfig = Readonly<Record<string, unknown>>

export interface ModelFolder {
  readonly config: HuggingFaceConfig
  readonly parameters: readonly Parameter[]
  readonly buffers: readonly Buffer[]
  /** Of parameters and buffers. */
  readonly weights: Weights
  readonly preprocessor: PreprocessorConfig
  readonly provenance: ModelProvenance
}

/** Writes a folder that Python's `from_pretrained` loads without a missing or unexpected key. Equal models give equal bytes. */
export async function writeModelFolder(dir: string, model: ModelFolder): Promise<void> {
  await mkdir(dir, { recursive: true })
  const missing = [...model.parameters, ...model.buffers].find(({ name }) => !model.weights.has(name))
  if (missing !== undefined) throw new Error(`no weights for ${missing.name}`)
  const valuesOf = (name: string) => model.weights.get(name) as Float32Array
  const tensors: [string, WritableTensor][] = [
    ...model.parameters.map(({ name, shape }): [string, WritableTensor] => [
      name,
      { shape, dtype: 'F32', read: () => valuesOf(name) },
    ]),
    ...model.buffers.map(({ name, shape, dtype }): [string, WritableTensor] => [
      name,
      dtype === 'int64'
        ? { shape, dtype: 'I64', read: () => BigInt64Array.from(valuesOf(name), BigInt) }
        : { shape, dtype: 'F32', read: () => valuesOf(name) },
    ]),
  ]
  await writeSafetensors(join(dir, modelFiles.weights), new Map(tensors), { format: 'pt' })
  await writeFile(join(dir, modelFiles.config), withFloats(json(sorted(model.config))))
  await writeJson(join(dir, modelFiles.preprocessor), sorted(model.preprocessor))
  await writeJson(join(dir, modelFiles.provenance), model.provenance)
}

/**
 * The parsed `config.json` of a Hugging Face folder.
 * @throws XpError when the folder or file is not there, is not JSON, or names no `model_type`
 */
export async function readModelConfig(dir: string): Promise<HuggingFaceConfig> {
  return asHuggingFace(await readConfig(dir), join(dir, modelFiles.config))
}

/** @throws XpError when a `config.json` names no `model_type` */
export function asHuggingFace(config: Readonly<Record<string, unknown>>, file: string): HuggingFaceConfig {
  if (typeof config.model_type !== 'string') throw badModelConfig(file, 'model_type', config.model_type, 'a string')
  return config as HuggingFaceConfig
}

/**
 * The parsed `config.json` of a folder, whosever it is.
 * @throws XpError when it is not there, or is not a JSON object
 */
export async function readConfig(dir: string): Promise<Readonly<Record<string, unknown>>> {
  const config = await readJsonObject(dir, modelFiles.config)
  if (config === undefined) throw missingModelFile(dir, modelFiles.config)
  return config
}

/** The parsed `preprocessor_config.json`, or undefined when the folder has none. */
export const readPreprocessor = (dir: string): Promise<PreprocessorConfig | undefined> =>
  readJsonObject(dir, modelFiles.preprocessor)

/** Values of `model.safetensors` as float32, under their names in the file; each is read when it is asked for. */
export async function readModelWeights(dir: string): Promise<Weights> {
  const { tensors } = await locateTensors(join(dir, modelFiles.weights))
  return new TensorsOnDisk(tensors)
}

/** How far a model was trained. */
export async function readProvenance(dir: string): Promise<ModelProvenance> {
  const provenance = await readJsonObject(dir, modelFiles.provenance)
  if (provenance === undefined) throw missingModelFile(dir, modelFiles.provenance)
  return provenance as unknown as ModelProvenance
}

async function readJsonObject(dir: string, name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = join(dir, name)
  const text = await readTextOf(file)
  return text === undefined ? undefined : parseJsonObject(file, text)
}

const sorted = (object: object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const writeJson = (file: string, value: unknown) => writeFile(file, json(value))

/** Fields that transformers' strict config classes take a float for, and no int (`configuration_*.py`). */
const floatFields = 'initializer_range|layer_norm_eps|layerscale_value|layer_scale_init_value|auxiliary_loss_weight'

/** A config's JSON with whole numbers in such fields as `1.0`. */
const withFloats = (config: string) =>
  config.replace(new RegExp(`^(  "(?:${floatFields})": -?\\d+)(,?)$`, 'gm'), '$1.0$2')
