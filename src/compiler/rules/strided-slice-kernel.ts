import { at } from '../shape.ts'
import { type Expansion, operand } from './rule.ts'

interface DenseSlice {
  readonly begin: number[]
  readonly size: number[]
  readonly steps: number[]
  readonly shape: number[]
}

const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)

/** Resolves NumPy-style bounds and the bit masks of TensorFlow's strided slice against a shape. */
function resolve(shape: readonly number[], raw: Readonly<Record<string, unknown>>): DenseSlice {
  const [begins, ends, strides] = ['begin', 'end', 'strides'].map((key) => raw[key] as readonly number[])
  const has = (mask: string, position: number) => (Number(raw[mask] ?? 0) & (1 << position)) !== 0
  const count = begins?.length ?? 0
  const dense: DenseSlice = { begin: [], size: [], steps: [], shape: [] }
  const whole = (length: number) => {
    dense.begin.push(0)
    dense.size.push(length)
    dense.steps.push(1)
    dense.shape.push(length)
  }
  const positions = [...Array(count).keys()]
  const newAxes = positions.filter((p) => has('newAxisMask', p)).length
  const ellipsis = positions.find((p) => has('ellipsisMask', p))
  for (const p of positions) {
    const axis = dense.begin.length
    const length = shape[axis] ?? 1
    if (p === ellipsis) {
      const skipped = shape.length - (count - 1 - newAxes)
      for (let i = 0; i < skipped; i++) whole(at(shape, axis + i))
    } else if (has('newAxisMask', p)) dense.shape.push(1)
    else {
      const step = at(strides ?? [], p)
      const bound = (given: number) =>
        clamp(given < 0 ? given + length : given, step > 0 ? 0 : -1, step > 0 ? length : length - 1)
      const [b, e] = [at(begins ?? [], p), at(ends ?? [], p)]
      const begin = has('beginMask', p) ? (step > 0 ? 0 : length - 1) : bound(b)
      const end = has('endMask', p) ? (step > 0 ? length : -1) : bound(e)
      const single = has('shrinkAxisMask', p)
      const size = single ? 1 : Math.max(0, Math.ceil((end - begin) / step))
      dense.begin.push(begin)
      dense.size.push(size)
      dense.steps.push(single ? 1 : step)
      if (!single) dense.shape.push(size)
    }
  }
  while (dense.begin.length < shape.length) whole(at(shape, dense.begin.length))
  return dense
}

export const stridedSliceKernel: Expansion = {
  kernel: 'StridedSlice',
  operands: ['x'],
  expand(add, inputs, raw) {
    const x = operand(inputs, 0)
    const { begin, size, steps, shape } = resolve(x.shape, raw)
    const plain = steps.every((step) => step === 1)
    const part = plain ? add.node('Slice', [x], { begin, size }) : add.node('StridedSlice', [x], { begin, size, steps })
    return [add.node('Reshape', [part], { shape })]
  },
}
