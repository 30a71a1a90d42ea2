import type { Parameter, Weights } from '../../registry/engine.ts'
import {
  embeddingsInDrawOrder,
  type InitialLaw,
  initialTransformerHead,
  initialTransformerWeights,
  type TransformerInitialisation,
} from '../transformer-initialise.ts'
import type { VitConfig } from './config.ts'

/** Of linear layers, convolutions and LayerNorms, which `PreTrainedModel._init_weights` knows; else undefined. */
export function layerLawOf(name: string): InitialLaw | undefined {
  if (/norm/.test(name)) return { constructed: 'nothing', drawn: [], constant: name.endsWith('.weight') ? 1 : 0 }
  if (name.endsWith('.bias')) return { constructed: 'uniform', drawn: [], constant: 0 }
  return name.endsWith('.weight') ? { constructed: 'uniform', drawn: ['normal'] } : undefined
}

/** `ViTPreTrainedModel._init_weights`; the other parameters are the class token and the position table. */
const lawOf = (name: string): InitialLaw => layerLawOf(name) ?? { constructed: 'normal', drawn: ['truncated'] }

const initialisation = ({ initializerRange }: VitConfig): TransformerInitialisation => ({
  std: initializerRange,
  lawOf,
  inDrawOrder: embeddingsInDrawOrder,
})

/** What transformers 5.24's `ViTForImageClassification(config)` holds after `set_seed(seed)`. */
export const initialVitWeights = (config: VitConfig, parameters: readonly Parameter[], seed: number): Weights =>
  initialTransformerWeights(parameters, initialisation(config), seed)

/** The new head that `from_pretrained` gives a checkpoint without one after `set_seed(seed)`. */
export const initialVitHead = (config: VitConfig, parameters: readonly Parameter[], seed: number): Weights =>
  initialTransformerHead(parameters, initialisation(config), seed)
