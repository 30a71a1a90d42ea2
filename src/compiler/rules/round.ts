import { unary } from './unary.ts'

/** To the nearest whole number, halves to the even one (as ONNX Round 11). */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

export const round = unary({ op: 'Round', compute: roundHalfToEven, lower: 'Round', zeroPreserving: true })
