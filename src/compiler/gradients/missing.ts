import * as tf from '@tensorflow/tfjs'
import { noGradient } from '../../errors/compiler.ts'
import { callSite } from '../call-site.ts'

const missing = new Set<string>()
const calledAt = new Map<string, string>()

/** Gives every kernel that has no gradient one that says so. */
export function refuseMissingGradients(): void {
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (tf.getGradient(kernelName)) continue
    missing.add(kernelName)
    const gradFunc = () => {
      throw noGradient(kernelName, calledAt.get(kernelName) ?? 'a place that only the compiler could name')
    }
    tf.registerGradient({ kernelName, gradFunc })
  }
}

/** Whether a kernel has none, once {@link refuseMissingGradients} has looked. */
export const lacksGradient = (kernelName: string): boolean => missing.has(kernelName)

/** Remembers the model's line that calls a kernel which has no gradient. */
export function noteCall(kernelName: string): void {
  if (lacksGradient(kernelName)) calledAt.set(kernelName, callSite())
}
