import type { Mt19937 } from './mt19937.ts'
import { elementCount } from './shape.ts'
import { fillNormal } from './torch-normal.ts'

/** He et al. 2015, arXiv 1502.01852: `torch.nn.init.kaiming_normal_(mode='fan_out', nonlinearity='relu')` of `[out, in, kh, kw]`. */
export function kaimingNormal(generator: Mt19937, shape: readonly number[]): Float32Array {
  const [outputs = 1, , ...kernel] = shape
  return fillNormal(generator, elementCount(shape), 0, Math.sqrt(2) / Math.sqrt(outputs * elementCount(kernel)))
}

/** `torch.nn.init.uniform_(-bound, bound)`. */
export function uniformWithin(generator: Mt19937, count: number, bound: number): Float32Array {
  return Float32Array.from({ length: count }, () => generator.uniform(-bound, bound))
}

/** What PyTorch's own `Linear` and `Conv2d` draw a weight from: `kaiming_uniform_(a=√5)` for so many inputs. */
export const defaultWeightBound = (fanIn: number): number => (Math.sqrt(3) * Math.sqrt(2 / (1 + 5))) / Math.sqrt(fanIn)
