import * as tf from '@tensorflow/tfjs'
import type { Engine } from '../registry/engine.ts'
import { TfjsPredictor } from './tfjs-predictor.ts'
import { TfjsTrainer } from './tfjs-trainer.ts'

/** Computes every operation at once on an installed tfjs backend: slow on `cpu`, and the oracle for the compiled engine. */
export async function createTfjsEngine(backend = 'cpu'): Promise<Engine> {
  // Keeps tfjs from advertising its native package on the console.
  tf.enableProdMode()
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend "${backend}" does not start here`)
  return {
    facts: { engine: 'tfjs', version: tf.version.tfjs, device: backend },
    trainer: async (spec) => new TfjsTrainer(spec),
    predictor: async (classifier, weights) => new TfjsPredictor(classifier, weights),
    async dispose() {},
  }
}
