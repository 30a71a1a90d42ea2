import { totalmem } from 'node:os'
import { trainingTooLarge, unknownPart } from '../errors/training.ts'
import type { Foreseen } from '../registry/foresight.ts'
import { requireClasses } from './suitability.ts'

/** @throws XpError when the classes of the data are known not to be the model's labels */
export function foreseeClasses(model: Foreseen, data: Foreseen): void {
  if (model.classes !== undefined && data.classes !== undefined) requireClasses({ labels: model.classes }, data.classes)
}

/** @throws XpError when the data is known to have no such part. @param param names it, for errors */
export function foreseePart({ parts }: Foreseen, param: string, part: string): void {
  if (parts !== undefined && !parts.includes(part)) throw unknownPart(param, part, parts)
}

/** float32 of a weight, its gradient and the two moments of Adam. */
const bytesPerParameter = 16

/**
 * @param engine its facts: memory of other devices is not known here
 * @throws XpError when not even weights, gradients and moments fit into this machine's memory
 */
export function foreseeMemory({ parameters = 0 }: Foreseen, engine: Readonly<Record<string, string>>): void {
  const bytes = parameters * bytesPerParameter
  if (engine.provider === 'cpu' && bytes > totalmem()) throw trainingTooLarge(parameters, bytes, totalmem())
}
