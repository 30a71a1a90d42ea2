import type { Mt19937 } from './mt19937.ts'

const vectorFrom = 16
const float = Math.fround

/**
 * Normal float32 numbers from the same draws and by the same formulas as PyTorch's `Tensor.normal_` on the CPU.
 * Its logarithm, sine and cosine depend on the CPU it runs on, so one number in seven differs in the last bit or two.
 */
export function fillNormal(generator: Mt19937, count: number, mean: number, std: number): Float32Array {
  if (count < vectorFrom) return Float32Array.from({ length: count }, () => generator.normalDouble() * std + mean)
  const values = Float32Array.from({ length: count }, () => generator.uniform(0, 1))
  for (let i = 0; i + vectorFrom <= count; i += vectorFrom) boxMuller(values.subarray(i, i + vectorFrom), mean, std)
  if (count % vectorFrom !== 0) {
    // PyTorch draws the last 16 anew instead of padding.
    const tail = values.subarray(count - vectorFrom)
    for (let i = 0; i < vectorFrom; i++) tail[i] = generator.uniform(0, 1)
    boxMuller(tail, mean, std)
  }
  return values
}

/** Eight uniform pairs `(values[j], values[j + 8])` become sixteen normal numbers, in place. */
function boxMuller(values: Float32Array, mean: number, std: number): void {
  const [center, scale] = [float(mean), float(std)]
  for (let j = 0; j < 8; j++) {
    const radius = float(Math.sqrt(float(-2 * float(Math.log(1 - (values[j] as number))))))
    const angle = float(float(2 * Math.PI) * (values[j + 8] as number))
    values[j] = float(radius * float(Math.cos(angle))) * scale + center
    values[j + 8] = float(radius * float(Math.sin(angle))) * scale + center
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
