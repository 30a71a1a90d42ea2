import type { Location } from '../errors/xp-error.ts'

/** Models are compiled for ONNX Runtime. */
export interface OnnxSettings {
  readonly name: 'onnx'
  /** `cpu`, `webgpu`, `cuda` or `cuda:n`; `auto` is CUDA where a session can be created there, else the CPU. */
  readonly device: string
  /** Of matrix products and convolutions; `auto` is bf16 on CUDA, fp32 elsewhere. */
  readonly precision: 'auto' | 'fp32' | 'bf16' | 'fp16'
  /** Threads per operator; all cores when absent. */
  readonly threads?: number
  /** Whether the CPU may take operators that the device cannot. Not in keys: without it, such a model fails. */
  readonly allowFallback: boolean
}

/** Models run eagerly in TensorFlow.js. */
export interface TfjsSettings {
  readonly name: 'tfjs'
  readonly backend: 'cpu' | 'wasm' | 'node' | 'node-gpu'
}

/** What an experiment says of its engine; `where` holds the places of the values that are written, by field. */
export type EngineSettings = (OnnxSettings | TfjsSettings) & { readonly where: Readonly<Record<string, Location>> }
