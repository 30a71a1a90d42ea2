import { extremumIndex } from './extremum-index.ts'

export const argMin = extremumIndex('ArgMin', (x, best) => x < best)
