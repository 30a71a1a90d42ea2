import { sameShape } from '../std/shape.ts'

/** A checkpoint's tensors sorted into a model's parameters. */
export interface MappedCheckpoint<T> {
  /** By parameter name; shapes fit. */
  readonly found: ReadonlyMap<string, T>
  /** Parameters the checkpoint lacks. */
  readonly missing: readonly string[]
  /** Tensors of the checkpoint, as it spells them, that the model has no place for. */
  readonly unexpected: readonly string[]
  readonly mismatched: readonly {
    readonly name: string
    readonly expected: readonly number[]
    readonly found: readonly number[]
  }[]
}

/**
 * Sorts a checkpoint's tensors into `parameters` (and buffers).
 * @param rename a tensor's name as the model spells it, or undefined for a tensor the model ignores
 */
export function mapCheckpoint<T extends { readonly shape: readonly number[] }>(
  parameters: readonly { readonly name: string; readonly shape: readonly number[] }[],
  tensors: ReadonlyMap<string, T>,
  rename: (name: string) => string | undefined,
): MappedCheckpoint<T> {
  const expected = new Map(parameters.map((p) => [p.name, p.shape]))
  const found = new Map<string, T>()
  const unexpected: string[] = []
  const mismatched: { name: string; expected: readonly number[]; found: readonly number[] }[] = []
  for (const [spelled, tensor] of tensors) {
    const name = rename(spelled)
    if (name === undefined) continue
    const shape = expected.get(name)
    if (shape === undefined || found.has(name)) unexpected.push(spelled)
    else if (sameShape(shape, tensor.shape)) found.set(name, tensor)
    else mismatched.push({ name, expected: shape, found: tensor.shape })
  }
  const wrong = new Set(mismatched.map((m) => m.name))
  const missing = parameters.map((p) => p.name).filter((name) => !found.has(name) && !wrong.has(name))
  return { found, missing, unexpected, mismatched }
}
