import { booleanReduction } from './boolean-reduction.ts'

export const any = booleanReduction({ op: 'Any', start: 0, step: (a, x) => (a || x ? 1 : 0), lower: 'ReduceMax' })
