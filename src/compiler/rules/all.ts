import { booleanReduction } from './boolean-reduction.ts'

export const all = booleanReduction({ op: 'All', start: 1, step: (a, x) => (a && x ? 1 : 0), lower: 'ReduceMin' })
