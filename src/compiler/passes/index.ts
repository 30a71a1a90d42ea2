import type { Graph } from '../ir.ts'
import { verify } from '../verify.ts'
import { commonSubexpressions } from './common-subexpressions.ts'
import { removeDeadCode } from './dead-code.ts'
import { dropIdentities } from './drop-identities.ts'
import type { Pass } from './pass.ts'

/** In order of execution. */
export const passes: readonly Pass[] = [removeDeadCode, dropIdentities, commonSubexpressions]

/** Runs every pass; the result computes the same function. */
export const optimize = (graph: Graph): Graph =>
  passes.reduce((before, { name, run }) => removeDeadCode.run(verify(run(before), name)), graph)
