import type { Data, DType } from './ir.ts'

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The nearest number with `kept` bits of a float32's 23, ties to even. */
function roundBits(x: number, dropped: number): number {
  float[0] = x
  const raw = bits[0] as number
  const half = 2 ** (dropped - 1)
  const odd = (raw >>> dropped) & 1
  bits[0] = ((raw + half - 1 + odd) >>> dropped) * 2 ** dropped
  return float[0] as number
}

/** The nearest bfloat16 (8 bits of precision), ties to even. */
const roundBfloat16 = (x: number): number => (Number.isFinite(x) ? roundBits(x, 16) : x)

/** The nearest IEEE 754 binary16, ties to even; 65,520 and more is infinite. */
function roundFloat16(x: number): number {
  if (!Number.isFinite(x)) return x
  if (Math.abs(x) >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY
  // Below 2⁻¹⁴ the step is 2⁻²⁴, a float32's at 0.5.
  if (Math.abs(x) < 2 ** -14) return Math.sign(x) * (Math.fround(Math.abs(x) + 0.5) - 0.5)
  return roundBits(x, 13)
}

/** The elements as a tensor of `dtype` holds them; half floats only differ. */
export function rounded(data: Data, dtype: DType): Data {
  if (dtype === 'float16') return data.map(roundFloat16)
  return dtype === 'bfloat16' ? data.map(roundBfloat16) : data
}
