import type { Resample } from '../artifacts/processed-images.ts'

interface Kernel {
  /** Half-width in source pixels at scale 1. */
  readonly support: number
  weight(x: number): number
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))

/** Keys' cubic convolution with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5
  const t = Math.abs(x)
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a
  return 0
}

/** Pillow writes these as floats, which shows in the last bit of a large image now and then. */
const [constant, wave] = [Math.fround(0.54), Math.fround(0.46)]

function hamming(x: number): number {
  const t = Math.abs(x)
  if (t === 0) return 1
  if (t >= 1) return 0
  return (Math.sin(t * Math.PI) / (t * Math.PI)) * (constant + wave * Math.cos(t * Math.PI))
}

/** Pillow's convolution kernels by PIL filter number (`src/libImaging/Resample.c`); nearest (0) has none. */
export const kernels: Readonly<Record<Exclude<Resample, 0>, Kernel>> = {
  1: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, weight: cubic },
  4: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  5: { support: 1, weight: hamming },
}
