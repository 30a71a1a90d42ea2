import { emptyData } from '../ir.ts'
import type { Expansion } from './rule.ts'

export const range: Expansion = {
  kernel: 'Range',
  operands: [],
  expand(add, _inputs, raw) {
    const [start, stop, step] = [Number(raw.start), Number(raw.stop), Number(raw.step)]
    const dtype = raw.dtype === 'int32' ? 'int32' : 'float32'
    const data = emptyData(dtype, Math.max(0, Math.ceil((stop - start) / step)))
    for (let i = 0; i < data.length; i++) data[i] = start + i * step
    return [add.constant(dtype, [data.length], data)]
  },
}
