import type { Graph } from '../ir.ts'
import { verify } from '../verify.ts'
import { commonSubexpressions } from './common-subexpressions.ts'
import { removeDeadCode } from './dead-code.ts'
import { dropBroadcasts } from './drop-broadcasts.ts'
import { dropIdentities } from './drop-identities.ts'
import { foldConstants } from './fold-constants.ts'
import { fuseGelu } from './gelu.ts'
import { fuseLayerNorm } from './layer-norm.ts'
import { matrixProducts } from './matrix-products.ts'
import { mergeReshapes } from './merge-reshapes.ts'
import { narrow } from './narrow.ts'
import type { Pass } from './pass.ts'
import { reluGradient } from './relu-gradient.ts'
import { softmaxGradient } from './softmax-gradient.ts'
import { straightenProducts } from './straighten-products.ts'
import { sumSquares } from './sum-squares.ts'

/** In order of execution. */
export const passes: readonly Pass[] = [
  removeDeadCode,
  dropIdentities,
  dropBroadcasts,
  foldConstants,
  mergeReshapes,
  commonSubexpressions,
  reluGradient,
  fuseLayerNorm,
  fuseGelu,
  sumSquares,
  narrow,
  dropIdentities,
  mergeReshapes,
  softmaxGradient,
  matrixProducts,
  mergeReshapes,
  dropIdentities,
  straightenProducts,
  commonSubexpressions,
]

/** Runs every pass, each on a graph without dead code, and checks its result; the function computed stays the same. */
export const optimize = (graph: Graph): Graph =>
  passes.reduce((before, { name, run }) => removeDeadCode.run(verify(run(before), name)), graph)
