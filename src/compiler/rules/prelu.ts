import { binary } from './binary.ts'
import type { Rule } from './rule.ts'

export const prelu: Rule = {
  ...binary({
    op: 'Prelu',
    compute: (x, alpha) => (x < 0 ? alpha * x : x),
    lower: 'PRelu',
    accepts: ['float32'],
    zeroPreserving: [0],
  }),
  kernel: { operands: ['x', 'alpha'] },
}
