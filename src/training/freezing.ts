import { freezePatternUnmatched, nothingToTrain } from '../errors/training.ts'
import type { Parameter, TrainableParameter } from '../registry/engine.ts'

/** `backbone`: all but the head; a number: the embeddings and so many first blocks; else names, `*` for any text. */
export type Freeze = 'backbone' | number | readonly string[]

/**
 * What is trained, each at its learning rate: with `layerDecay` d the factor is d^(n + 1 − layer), 1 for the head, as
 * in the fine-tuning of MAE (He et al. 2022, arXiv 2111.06377).
 * @throws XpError when a pattern matches no name, or nothing is left
 */
export function trainableParameters(
  parameters: readonly Parameter[],
  { freeze, layerDecay = 1 }: { readonly freeze?: Freeze | undefined; readonly layerDecay?: number },
): readonly TrainableParameter[] {
  const top = Math.max(...parameters.map(({ layer }) => layer))
  const frozen = frozenBy(freeze, parameters)
  const trained = parameters.filter((parameter) => !frozen(parameter))
  if (trained.length === 0) throw nothingToTrain()
  return trained.map(({ name, decay, layer }) => ({ name, decay, learningRateFactor: layerDecay ** (top - layer) }))
}

function frozenBy(freeze: Freeze | undefined, parameters: readonly Parameter[]): (parameter: Parameter) => boolean {
  if (freeze === undefined) return () => false
  if (freeze === 'backbone') return ({ head }) => !head
  if (typeof freeze === 'number') return ({ layer }) => layer <= freeze
  const patterns = freeze.map(patternOf)
  for (const [i, pattern] of patterns.entries()) {
    const names = parameters.map(({ name }) => name)
    if (!names.some((name) => pattern.test(name))) throw freezePatternUnmatched(freeze[i] ?? '', names)
  }
  return ({ name }) => patterns.some((pattern) => pattern.test(name))
}

const patternOf = (glob: string) => new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
