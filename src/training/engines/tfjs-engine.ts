import * as tf from '@tensorflow/tfjs'
import { backendUnusable } from '../../errors/training.ts'
import type { Engine } from '../../registry/engine.ts'
import type { TfjsSettings } from '../../registry/engine-settings.ts'
import { loadBackend, tfjsEngineFacts } from './tfjs-backends.ts'
import { TfjsPredictor } from './tfjs-predictor.ts'
import { TfjsTrainer } from './tfjs-trainer.ts'

/**
 * Computes every operation at once on an installed tfjs backend: slow on `cpu`, and the oracle for the compiled engine.
 * @throws XP_BACKEND_MISSING, XP_BACKEND_UNUSABLE
 */
export async function createTfjsEngine(backend: TfjsSettings['backend'] = 'cpu'): Promise<Engine> {
  // Keeps tfjs from advertising its native package on the console.
  tf.enableProdMode()
  const facts = tfjsEngineFacts(backend)
  const name = await loadBackend(backend)
  if (!(await tf.setBackend(name))) throw backendUnusable(backend)
  return {
    facts,
    trainer: async (spec) => new TfjsTrainer(spec),
    predictor: async (classifier, weights) => new TfjsPredictor(classifier, weights),
    async dispose() {},
  }
}
