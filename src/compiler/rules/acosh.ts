import { unary } from './unary.ts'

export const acosh = unary({
  op: 'Acosh',
  compute: (x) => Math.acosh(x),
  lower: 'Acosh',
})
