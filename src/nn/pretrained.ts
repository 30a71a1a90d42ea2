import { headLabelMismatch, headMissing, wrongTensors } from '../errors/weights.ts'
import type { Weights } from '../registry/engine.ts'
import { elementCount } from '../std/shape.ts'
import { type MappedCheckpoint, mapCheckpoint } from './checkpoint.ts'
import type { ModelLayout } from './layout.ts'

export const headChoices = ['auto', 'new', 'keep'] as const
export type HeadChoice = (typeof headChoices)[number]

/** `zero` starts with equal logits for every class, as the ViT paper does. */
export const headInits = ['huggingface', 'zero'] as const
export type HeadInit = (typeof headInits)[number]

interface Shaped {
  readonly shape: readonly number[]
}

export interface CheckpointFit<T> extends Pick<MappedCheckpoint<T>, 'found' | 'unexpected'> {
  readonly head: 'kept' | 'new'
  /** What the checkpoint may lack and lacks, filled as `from_pretrained` does. */
  readonly filled: Weights
}

/** Names of the parameters of the head, whose first axis is the labels. */
export const headNames = (layout: ModelLayout): ReadonlySet<string> =>
  new Set(layout.parameters(1).flatMap(({ name, head }) => (head ? [name] : [])))

/** Labels of a checkpoint's head, or undefined when it has none. */
export function headLabels(layout: ModelLayout, tensors: ReadonlyMap<string, Shaped>): number | undefined {
  const head = headNames(layout)
  for (const [name, { shape }] of tensors) if (head.has(layout.parameterName(name) ?? '')) return shape[0]
  return undefined
}

/**
 * Fits a checkpoint's tensors to a classifier of `labels` labels, as `from_pretrained` does.
 * @param choice `auto` keeps the head when its label count fits and makes a new one when there is none
 * @param file names the checkpoint in errors
 * @throws XpError when the head does not fit, or tensors are missing or of the wrong shape
 */
export function fitCheckpoint<T extends Shaped>(
  layout: ModelLayout,
  tensors: ReadonlyMap<string, T>,
  labels: number,
  choice: HeadChoice,
  file: string,
): CheckpointFit<T> {
  const existing = headLabels(layout, tensors)
  if (choice === 'keep' && existing === undefined) throw headMissing(file)
  if (choice !== 'new' && existing !== undefined && existing !== labels) throw headLabelMismatch(file, existing, labels)
  const head = choice === 'new' || existing === undefined ? 'new' : 'kept'
  const ofHead = headNames(layout)
  const wanted = (name: string) => head === 'kept' || !ofHead.has(name)
  const parameters = [...layout.parameters(labels), ...layout.buffers].filter(({ name }) => wanted(name))
  const rename = (spelled: string) => {
    const name = layout.parameterName(spelled)
    return name !== undefined && wanted(name) ? name : undefined
  }
  const { found, mismatched, unexpected, ...mapped } = mapCheckpoint(parameters, tensors, rename)
  const constantOf = (name: string) => layout.absent?.get(name)
  const missing = mapped.missing.filter((name) => constantOf(name) === undefined)
  if (missing.length > 0 || mismatched.length > 0) throw wrongTensors(file, { missing, mismatched, unexpected })
  const absent = parameters.filter(({ name }) => mapped.missing.includes(name))
  const filled = absent.map(({ name, shape }): [string, Float32Array] => [
    name,
    new Float32Array(elementCount(shape)).fill(constantOf(name) ?? 0),
  ])
  return { found, unexpected, head, filled: new Map(filled) }
}

/** The new head of a model for `labels` labels. */
export function newHead(layout: ModelLayout, labels: number, init: HeadInit, seed: number): Weights {
  if (init === 'huggingface') return layout.initialHead(labels, seed)
  const head = layout.parameters(labels).filter((parameter) => parameter.head)
  return new Map(head.map(({ name, shape }) => [name, new Float32Array(elementCount(shape))]))
}

/**
 * For each of `classes`, its row in a head whose rows are `labels`: by name when both name the same classes, else by
 * position.
 */
export function headRows(labels: readonly string[], classes: readonly string[]): readonly number[] {
  const byName = classes.map((name) => labels.indexOf(name))
  return byName.includes(-1) ? classes.map((_, i) => i) : byName
}

/** The rows of a row-major matrix in another order; `rows[i]` is where row i of the answer stands. */
export function takeRows(matrix: Float32Array, rows: readonly number[]): Float32Array {
  const width = matrix.length / rows.length
  const taken = new Float32Array(matrix.length)
  for (const [i, row] of rows.entries()) taken.set(matrix.subarray(row * width, (row + 1) * width), i * width)
  return taken
}

/** Names of tensors that hold NaN or an infinity. */
export function nonFinite(weights: Weights): readonly string[] {
  const names: string[] = []
  for (const [name, data] of weights) if (!allFinite(data)) names.push(name)
  return names
}

function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false
  return true
}
