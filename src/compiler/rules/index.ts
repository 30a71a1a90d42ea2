import { abs } from './abs.ts'
import { acos } from './acos.ts'
import { acosh } from './acosh.ts'
import { add } from './add.ts'
import { addN } from './add-n.ts'
import { all } from './all.ts'
import { any } from './any.ts'
import { argMax } from './arg-max.ts'
import { argMin } from './arg-min.ts'
import { asin } from './asin.ts'
import { asinh } from './asinh.ts'
import { atan } from './atan.ts'
import { atan2 } from './atan2.ts'
import { atanh } from './atanh.ts'
import { avgPool } from './avg-pool.ts'
import { avgPoolGradKernel } from './avg-pool-grad.ts'
import { batchMatMul } from './batch-mat-mul.ts'
import { broadcastTo } from './broadcast-to.ts'
import { cast } from './cast.ts'
import { ceil } from './ceil.ts'
import { clipByValue } from './clip-by-value.ts'
import { concat } from './concat.ts'
import {
  conv2dBackpropFilterKernel,
  conv2dBackpropInputKernel,
  conv2dKernel,
  depthwiseConv2dBackpropFilterKernel,
  depthwiseConv2dBackpropInputKernel,
  depthwiseConv2dKernel,
} from './conv-kernels.ts'
import { conv2d } from './conv2d.ts'
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts'
import { conv2dBackpropInput } from './conv2d-backprop-input.ts'
import { cos } from './cos.ts'
import { cosh } from './cosh.ts'
import { cumprod } from './cumprod.ts'
import { cumsum } from './cumsum.ts'
import { einsum } from './einsum.ts'
import { elu } from './elu.ts'
import { eluGrad } from './elu-grad.ts'
import { equal } from './equal.ts'
import { erf } from './erf.ts'
import { exp } from './exp.ts'
import { expandDims } from './expand-dims.ts'
import { expm1 } from './expm1.ts'
import { fill } from './fill.ts'
import { floor } from './floor.ts'
import { floorDiv } from './floor-div.ts'
import { fusedBatchNorm } from './fused-batch-norm.ts'
import { fusedConv2dKernel, fusedDepthwiseConv2dKernel } from './fused-conv-kernels.ts'
import { fusedMatMul } from './fused-mat-mul.ts'
import { fusedMatMulKernel } from './fused-mat-mul-kernel.ts'
import { gatherNd } from './gather-nd.ts'
import { gatherV2 } from './gather-v2.ts'
import { gatherV2Kernel } from './gather-v2-kernel.ts'
import { gelu } from './gelu.ts'
import { gemm } from './gemm.ts'
import { greater } from './greater.ts'
import { greaterEqual } from './greater-equal.ts'
import { identity } from './identity.ts'
import { isFinite_ } from './is-finite.ts'
import { isInf } from './is-inf.ts'
import { isNan } from './is-nan.ts'
import { layerNormalization } from './layer-normalization.ts'
import { leakyRelu } from './leaky-relu.ts'
import { less } from './less.ts'
import { lessEqual } from './less-equal.ts'
import { onesLike, zerosLike } from './like.ts'
import { linSpace } from './lin-space.ts'
import { log } from './log.ts'
import { log1p } from './log1p.ts'
import { logicalAnd } from './logical-and.ts'
import { logicalNot } from './logical-not.ts'
import { logicalOr } from './logical-or.ts'
import { lrn, lrnGrad } from './lrn.ts'
import { max } from './max.ts'
import { maxPool } from './max-pool.ts'
import { maxPoolGrad, maxPoolGradKernel } from './max-pool-grad.ts'
import { maximum } from './maximum.ts'
import { mean } from './mean.ts'
import { min } from './min.ts'
import { minimum } from './minimum.ts'
import { mirrorPad } from './mirror-pad.ts'
import { mod } from './mod.ts'
import { multiply } from './multiply.ts'
import { neg } from './neg.ts'
import { notEqual } from './not-equal.ts'
import { oneHot } from './one-hot.ts'
import { pack } from './pack.ts'
import { padV2 } from './pad-v2.ts'
import { pow } from './pow.ts'
import { prelu } from './prelu.ts'
import { prod } from './prod.ts'
import { range } from './range.ts'
import { realDiv } from './real-div.ts'
import { reciprocal } from './reciprocal.ts'
import { relu } from './relu.ts'
import { relu6 } from './relu6.ts'
import { reshape } from './reshape.ts'
import { resizeBilinear, resizeNearestNeighbor } from './resize.ts'
import { reverse } from './reverse.ts'
import { round } from './round.ts'
import { rsqrt } from './rsqrt.ts'
import type { Expansion, Rule } from './rule.ts'
import { scatterNd } from './scatter-nd.ts'
import { select } from './select.ts'
import { selu } from './selu.ts'
import { sigmoid } from './sigmoid.ts'
import { sign } from './sign.ts'
import { sin } from './sin.ts'
import { sinh } from './sinh.ts'
import { slice } from './slice.ts'
import { softmax } from './softmax.ts'
import { softplus } from './softplus.ts'
import { splitV } from './split-v.ts'
import { sqrt } from './sqrt.ts'
import { square } from './square.ts'
import { squaredDifference } from './squared-difference.ts'
import { step } from './step.ts'
import { stridedSlice } from './strided-slice.ts'
import { stridedSliceKernel } from './strided-slice-kernel.ts'
import { sub } from './sub.ts'
import { sum } from './sum.ts'
import { sumSquare } from './sum-square.ts'
import { tan } from './tan.ts'
import { tanh } from './tanh.ts'
import { tile } from './tile.ts'
import { tileRepeats } from './tile-repeats.ts'
import { topK } from './top-k.ts'
import { topKKernel } from './top-k-kernel.ts'
import { transpose } from './transpose.ts'
import { unpack } from './unpack.ts'
import { unsortedSegmentSum } from './unsorted-segment-sum.ts'

/** Every op of the IR. */
export const rules: readonly Rule[] = [
  abs,
  acos,
  acosh,
  add,
  all,
  any,
  argMax,
  argMin,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  avgPool,
  batchMatMul,
  broadcastTo,
  cast,
  ceil,
  clipByValue,
  concat,
  conv2d,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  cos,
  cosh,
  cumsum,
  eluGrad,
  elu,
  equal,
  erf,
  exp,
  expm1,
  fill,
  floorDiv,
  floor,
  fusedMatMul,
  gatherV2,
  gelu,
  gemm,
  greaterEqual,
  greater,
  identity,
  isFinite_,
  isInf,
  isNan,
  layerNormalization,
  leakyRelu,
  lessEqual,
  less,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  maxPool,
  maxPoolGrad,
  maximum,
  mean,
  min,
  minimum,
  mod,
  multiply,
  neg,
  notEqual,
  oneHot,
  padV2,
  pow,
  prelu,
  prod,
  realDiv,
  reciprocal,
  relu,
  relu6,
  reshape,
  round,
  rsqrt,
  select,
  selu,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  squaredDifference,
  step,
  stridedSlice,
  sub,
  sum,
  sumSquare,
  tan,
  tanh,
  tileRepeats,
  topK,
  transpose,
  unsortedSegmentSum,
]

/** tfjs kernels that are written as nodes of other ops. */
export const expansions: readonly Expansion[] = [
  addN,
  avgPoolGradKernel,
  conv2dBackpropFilterKernel,
  conv2dBackpropInputKernel,
  conv2dKernel,
  depthwiseConv2dBackpropFilterKernel,
  depthwiseConv2dBackpropInputKernel,
  depthwiseConv2dKernel,
  fusedConv2dKernel,
  fusedDepthwiseConv2dKernel,
  maxPoolGradKernel,
  cumprod,
  einsum,
  expandDims,
  fusedBatchNorm,
  fusedMatMulKernel,
  gatherNd,
  gatherV2Kernel,
  zerosLike,
  onesLike,
  linSpace,
  lrn,
  lrnGrad,
  mirrorPad,
  pack,
  range,
  resizeBilinear,
  resizeNearestNeighbor,
  reverse,
  scatterNd,
  splitV,
  stridedSliceKernel,
  tile,
  topKKernel,
  unpack,
]

const byOp: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.op, rule]))

export function ruleOf(op: string): Rule {
  const rule = byOp.get(op)
  if (rule === undefined) throw new Error(`no rule for ${op}`)
  return rule
}
