import { extremumIndex } from './extremum-index.ts'

export const argMax = extremumIndex('ArgMax', (x, best) => x > best)
