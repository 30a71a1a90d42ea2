import type { Augmentation } from '../../artifacts/processed-images.ts'
import type { CounterRng } from '../../std/counter-rng.ts'
import type { Operation } from './operation.ts'

type ColorJitter = NonNullable<Augmentation['colorJitter']>

/** The changes of torchvision's `ColorJitter`, in a drawn order. */
export function drawColorJitter(rng: CounterRng, { hue, ...enhancements }: ColorJitter): readonly Operation[] {
  const drawn: Operation[] = []
  for (const kind of ['brightness', 'contrast', 'saturation'] as const) {
    const range = enhancements[kind]
    if (range > 0) drawn.push({ kind, factor: rng.uniform(Math.max(0, 1 - range), 1 + range) })
  }
  if (hue > 0) drawn.push({ kind: 'hue', shift: rng.uniform(-hue, hue) })
  return shuffled(rng, drawn)
}

/** Fisher–Yates: each order equally likely. */
function shuffled<T>(rng: CounterRng, items: readonly T[]): readonly T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.below(i + 1)
    const moved = out[i] as T
    out[i] = out[j] as T
    out[j] = moved
  }
  return out
}
