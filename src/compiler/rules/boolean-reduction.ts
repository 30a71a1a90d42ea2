import { onnxDType } from '../onnx-dtype.ts'
import { type ReductionAttrs, reduceAttrs, reduction } from './reduction.ts'
import type { Rule } from './rule.ts'

/** A reduction of bools; ONNX reduces numbers only, so it goes through int32. */
export const booleanReduction = (facts: {
  readonly op: string
  readonly start: number
  step(accumulated: number, x: number): number
  readonly lower: string
}): Rule<ReductionAttrs> =>
  reduction({
    ...facts,
    accepts: ['bool'],
    lower(onnx, attrs) {
      const [[x, axes], options] = reduceAttrs(onnx, attrs)
      const counted = onnx.emit('Cast', [x], { to: onnxDType.int32 })
      const reduced = onnx.emit(facts.lower, [counted, axes], options)
      onnx.emit('Cast', [reduced], { to: onnxDType.bool }, { output: onnx.output })
    },
  })
