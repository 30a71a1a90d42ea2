import * as tf from '@tensorflow/tfjs'
import { avgPoolGradient } from './avg-pool.ts'
import { broadcastGradients } from './broadcast.ts'
import { castGradient } from './cast.ts'
import { einsumGradient } from './einsum.ts'
import { gatherGradient, gatherNdGradient, scatterNdGradient } from './gather.ts'
import { mirrorPadGradient } from './mirror-pad.ts'
import { refuseMissingGradients } from './missing.ts'
import { prodGradient } from './prod.ts'
import { resizeGradients } from './resize.ts'
import { stepGradients } from './step.ts'
import { topKGradient } from './top-k.ts'

/** Gradients that tfjs 4.22 lacks, or has wrong; each says what is wrong. */
const gradients = [
  avgPoolGradient,
  ...broadcastGradients,
  castGradient,
  einsumGradient,
  gatherGradient,
  gatherNdGradient,
  mirrorPadGradient,
  prodGradient,
  ...resizeGradients,
  scatterNdGradient,
  ...stepGradients,
  topKGradient,
]

let registered = false

/**
 * Puts them into tfjs's registry, for every backend, once per process.
 * From then on a gradient that nobody knows throws XP_NO_GRADIENT.
 */
export function registerGradients(): void {
  if (registered) return
  registered = true
  for (const gradient of gradients) tf.registerGradient(gradient)
  refuseMissingGradients()
}
