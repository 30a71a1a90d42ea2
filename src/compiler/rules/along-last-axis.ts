import { emptyData } from '../ir.ts'
import { at } from '../shape.ts'
import type { Data, HostTensor } from './rule.ts'

/** Applies `row` to each run of the last axis: it gets the row's start and length, and where to write. */
export function alongLastAxis(
  x: HostTensor,
  row: (data: Data, start: number, length: number, out: Data) => void,
): Data {
  const length = at(x.shape, x.shape.length - 1)
  const out = emptyData('float32', x.data.length)
  for (let start = 0; start < x.data.length; start += length) row(x.data, start, length, out)
  return out
}

/** log Σ exp of one row, without overflow. */
export function logSumExp(data: Data, start: number, length: number): number {
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < length; i++) max = Math.max(max, at(data, start + i))
  let sum = 0
  for (let i = 0; i < length; i++) sum += Math.exp(at(data, start + i) - max)
  return max + Math.log(sum)
}
