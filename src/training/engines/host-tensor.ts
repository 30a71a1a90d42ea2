import type { BoundTensor } from '../../compiler/executor.ts'
import type { Classifier } from '../../registry/engine.ts'
import { elementCount } from '../../std/shape.ts'

/** A float32 tensor of zeros in memory of its own. */
export function float32(shape: readonly number[]) {
  const data = new Float32Array(elementCount(shape))
  return { dtype: 'float32' as const, shape, data }
}

/** Where the values of a parameter or buffer lie. */
export type TensorView = (name: string) => BoundTensor

/** Named tensors where they lie. */
export const tensorsAt = (
  places: readonly { readonly name: string }[],
  view: TensorView,
): Record<string, BoundTensor> => Object.fromEntries(places.map(({ name }) => [name, view(name)]))

/** A classifier's parameters and buffers. */
export const stateOf = ({ parameters, buffers }: Classifier) => [...parameters, ...buffers]
