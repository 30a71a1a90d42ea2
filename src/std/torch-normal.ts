import { logFloat32, sinCosFloat32 } from './float32-math.ts'
import type { Mt19937 } from './mt19937.ts'

const vectorFrom = 16
const float = Math.fround
const twoPi = float(2 * Math.PI)

/**
 * Normal float32 numbers, bit for bit those of PyTorch's `Tensor.normal_` on an x86 CPU with AVX2 or AVX-512. On other
 * CPUs PyTorch itself draws numbers that differ from these in the last bits.
 */
export function fillNormal(generator: Mt19937, count: number, mean: number, std: number): Float32Array {
  const values = new Float32Array(count)
  if (count < vectorFrom) {
    for (let i = 0; i < count; i++) values[i] = generator.normalDouble() * std + mean
    return values
  }
  for (let i = 0; i < count; i++) values[i] = generator.uniform(0, 1)
  for (let i = 0; i + vectorFrom <= count; i += vectorFrom) boxMuller(values, i, mean, std)
  if (count % vectorFrom !== 0) {
    // PyTorch draws the last 16 anew instead of padding.
    const start = count - vectorFrom
    for (let i = start; i < count; i++) values[i] = generator.uniform(0, 1)
    boxMuller(values, start, mean, std)
  }
  return values
}

/** From `start` on, eight uniform pairs `(values[j], values[j + 8])` become sixteen normal numbers, in place. */
function boxMuller(values: Float32Array, start: number, mean: number, std: number): void {
  const [center, scale] = [float(mean), float(std)]
  for (let j = start; j < start + 8; j++) {
    const radius = float(Math.sqrt(float(-2 * logFloat32(float(1 - (values[j] as number))))))
    const [sin, cos] = sinCosFloat32(float(twoPi * (values[j + 8] as number)))
    values[j] = float(radius * cos) * scale + center
    values[j + 8] = float(radius * sin) * scale + center
  }
}

/**
 * Normal numbers of mean 0 whose like is drawn again while any lies outside [lo, hi]: `torch.nn.init.trunc_normal_`
 * of PyTorch 2.13 where at least 0.3 of the mass lies inside.
 */
export function fillTruncatedNormal(generator: Mt19937, count: number, std: number, lo = -2, hi = 2): Float32Array {
  const values = fillNormal(generator, count, 0, std)
  const outside = (x: number) => x < lo || x > hi
  while (values.some(outside)) {
    const again = fillNormal(generator, count, 0, std)
    for (let i = 0; i < count; i++) if (outside(values[i] as number)) values[i] = again[i] as number
  }
  return values
}
