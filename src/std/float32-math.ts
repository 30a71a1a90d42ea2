/**
 * Logarithm, sine and cosine in float32 steps: Cephes' polynomials (Moshier) with fused multiply-adds where PyTorch's
 * build for AVX2 has them, so that results agree with PyTorch's vectorised ones bit for bit.
 */
const float = Math.fround

/** a · b + c with one rounding. The product of two float32 numbers is exact in float64. */
const fma = (a: number, b: number, c: number): number => float(a * b + c)

const bits = new DataView(new ArrayBuffer(4))

const logCoefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(float)
/** ln 2 in two parts: the first has few bits, the second is the rest. */
const [ln2High, ln2Low] = [float(0.693359375), float(-2.1219444e-4)]

/** Natural logarithm of a positive normal float32. */
export function logFloat32(x: number): number {
  bits.setFloat32(0, x)
  const word = bits.getUint32(0)
  let exponent = (word >>> 23) - 126
  bits.setUint32(0, (word & 0x007fffff) | 0x3f000000)
  const mantissa = bits.getFloat32(0)
  let m = float(mantissa - 1)
  if (mantissa < float(Math.SQRT1_2)) {
    exponent -= 1
    m = float(m + mantissa)
  }
  const square = float(m * m)
  let y = logCoefficients[0] as number
  for (let i = 1; i < logCoefficients.length; i++) y = fma(y, m, logCoefficients[i] as number)
  y = fma(float(y * m), square, float(exponent * ln2Low))
  y = fma(square, -0.5, y)
  return fma(exponent, ln2High, float(m + y))
}

const octantsPerRadian = float(4 / Math.PI)
/** −π/4 in three parts of few bits each. */
const [quarterPi1, quarterPi2, quarterPi3] = [-0.78515625, -2.4187564849853516e-4, float(-3.774894977445941e-8)]
const [cos1, cos2, cos3] = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(float) as Three
const [sin1, sin2, sin3] = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(float) as Three
type Three = [number, number, number]

/** Sine and cosine of a float32 angle in [0, 8192), in radians. */
export function sinCosFloat32(angle: number): readonly [sin: number, cos: number] {
  const octant = (Math.trunc(float(angle * octantsPerRadian)) + 1) & ~1
  let x = fma(octant, quarterPi1, angle)
  x = fma(octant, quarterPi2, x)
  x = fma(octant, quarterPi3, x)
  const z = float(x * x)
  const evenTerms = fma(fma(cos1, z, cos2), z, cos3)
  const even = float(fma(float(evenTerms * z), z, float(z * -0.5)) + 1)
  const oddTerms = fma(fma(sin1, z, sin2), z, sin3)
  const odd = fma(float(oddTerms * z), x, x)
  const [sin, cos] = (octant & 2) === 0 ? [odd, even] : [even, odd]
  return [(octant & 4) === 0 ? sin : -sin, ((octant - 2) & 4) === 0 ? -cos : cos]
}
