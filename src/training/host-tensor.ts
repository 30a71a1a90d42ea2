import type { HostTensor } from '../compiler/executor.ts'
import type { Classifier } from '../registry/engine.ts'
import { elementCount } from '../std/shape.ts'

/** A float32 tensor of zeros in memory of its own. */
export function float32(shape: readonly number[]) {
  const data = new Float32Array(elementCount(shape))
  return { dtype: 'float32' as const, shape, data }
}

/** Where the values of a parameter or buffer lie. */
export type TensorView = (name: string) => Float32Array

/** Named tensors over the memory where they lie. */
export const tensorsAt = (
  places: readonly { readonly name: string; readonly shape: readonly number[] }[],
  view: TensorView,
): Record<string, HostTensor> =>
  Object.fromEntries(places.map(({ name, shape }) => [name, { dtype: 'float32', shape, data: view(name) }]))

/** A classifier's parameters and buffers. */
export const stateOf = ({ parameters, buffers }: Classifier) => [...parameters, ...buffers]
