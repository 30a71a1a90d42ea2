import { unary } from './unary.ts'

export const sign = unary({
  op: 'Sign',
  compute: (x) => Math.sign(x),
  lower: 'Sign',
  accepts: ['float32', 'int32'],
  zeroPreserving: true,
})
