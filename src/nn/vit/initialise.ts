import type { Parameter, Weights } from '../../registry/engine.ts'
import {
  embeddingsInDrawOrder,
  type InitialLaw,
  initialTransformerHead,
  initialTransformerWeights,
  type TransformerInitialisation,
} from '../transformer-initialise.ts'
import type { VitConfig } from './config.ts'

/** `ViTPreTrainedModel._init_weights`. */
function lawOf({ name }: Pick<Parameter, 'name'>): InitialLaw {
  if (name.includes('layernorm'))
    return { constructed: 'nothing', drawn: [], constant: name.endsWith('.weight') ? 1 : 0 }
  if (name.endsWith('.bias')) return { constructed: 'uniform', drawn: [], constant: 0 }
  if (name.endsWith('.weight')) return { constructed: 'uniform', drawn: ['normal'] }
  return { constructed: 'normal', drawn: ['truncated'] }
}

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
