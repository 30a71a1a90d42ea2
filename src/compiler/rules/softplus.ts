import { unary } from './unary.ts'

export const softplus = unary({
  op: 'Softplus',
  compute: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  lower: 'Softplus',
})
