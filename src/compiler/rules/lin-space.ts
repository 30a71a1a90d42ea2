import type { Expansion } from './rule.ts'

export const linSpace: Expansion = {
  kernel: 'LinSpace',
  operands: [],
  expand(add, _inputs, raw) {
    const [start, stop, count] = [Number(raw.start), Number(raw.stop), Number(raw.num)]
    const data = Float32Array.from({ length: count }, (_, i) => start + (i * (stop - start)) / Math.max(count - 1, 1))
    return [add.constant('float32', [count], data)]
  },
}
