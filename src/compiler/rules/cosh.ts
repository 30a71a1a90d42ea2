import { unary } from './unary.ts'

export const cosh = unary({
  op: 'Cosh',
  compute: (x) => Math.cosh(x),
  lower: 'Cosh',
})
