import type { CounterRng } from '../std/counter-rng.ts'
import { type Polygon, smooth } from './rasterise.ts'

/** Sample classes, sorted as label order wants them. */
export const footwearKinds = ['boot', 'sandal', 'shoe'] as const
export type FootwearKind = (typeof footwearKinds)[number]

/** Outlines seen from the side, toe to the right: x from -1 (heel) to 1 (toe), y upwards from the ground. */
export interface Silhouette {
  readonly sole: readonly Polygon[]
  readonly upper: readonly Polygon[]
}

interface Last {
  /** Thickness of the sole. */
  readonly sole: number
  /** How far the heel stands above the toe. */
  readonly heel: number
  /** Height of the toe box above the sole. */
  readonly toe: number
}

function soles({ sole, heel }: Last, block: boolean): readonly Polygon[] {
  const plate: Polygon = [
    [-1, heel],
    [-0.3, heel * 0.8],
    [0.4, 0],
    [1, 0],
    [1.04, sole],
    [0.4, sole],
    [-0.3, heel * 0.8 + sole],
    [-1.02, heel + sole],
  ]
  const under: Polygon = block
    ? [
        [-1, 0],
        [-0.55, 0],
        [-0.5, heel],
        [-1, heel + sole / 2],
      ]
    : [
        [-1, 0],
        [0.5, 0],
        [-0.3, heel],
        [-1, heel + sole / 2],
      ]
  return heel > 0.03 ? [plate, under] : [plate]
}

function shoe(rng: CounterRng, last: Last): readonly Polygon[] {
  const { toe } = last
  const base = last.sole + last.heel
  const collar = rng.uniform(0.42, 0.72)
  const mouth = rng.uniform(-0.45, 0)
  return [
    smooth([
      [-0.98, base],
      [-1, base + collar * 0.6],
      [-0.93, base + collar],
      [-0.6, base + collar - rng.uniform(0.02, 0.12)],
      [mouth, base + collar - rng.uniform(-0.04, 0.1)],
      [0.45, last.sole + toe + 0.1],
      [0.9, last.sole + toe * 0.8],
      [1.02, last.sole],
      [0.2, last.sole],
    ]),
  ]
}

function boot(rng: CounterRng, last: Last): readonly Polygon[] {
  const { toe } = last
  const base = last.sole + last.heel
  const shaft = rng.uniform(0.75, 1.5)
  const flare = rng.uniform(-0.08, 0.12)
  const front = rng.uniform(-0.4, -0.15)
  return [
    smooth([
      [-0.98, base],
      [-0.95, base + 0.4],
      [-0.96 - flare, base + shaft],
      [front + flare, base + shaft + rng.uniform(-0.08, 0.08)],
      [front, base + 0.5],
      [0.45, last.sole + toe + 0.1],
      [0.9, last.sole + toe * 0.8],
      [1.02, last.sole],
      [0.2, last.sole],
    ]),
  ]
}

/** A strap from the sole at `x0` over the foot to the sole at `x1`, as a filled arch of some width. */
function strap(x0: number, x1: number, base: number, height: number, width: number): Polygon {
  const lean = (x1 - x0) * 0.15
  return [
    [x0, base],
    [x0 + lean, base + height],
    [x1 - lean, base + height * 0.9],
    [x1, base],
    [x1 - width, base],
    [x1 - lean - width, base + height * 0.9 - width],
    [x0 + lean + width, base + height - width],
    [x0 + width, base],
  ]
}

function sandal(rng: CounterRng, last: Last): readonly Polygon[] {
  const base = last.sole + last.heel
  const width = rng.uniform(0.07, 0.2)
  const straps = [strap(rng.uniform(0.15, 0.35), rng.uniform(0.7, 0.9), last.sole, last.toe + 0.12, width)]
  if (rng.uniform() < 0.6) {
    straps.push(strap(rng.uniform(-0.4, -0.15), rng.uniform(0.15, 0.4), base * 0.7, rng.uniform(0.35, 0.55), width))
  }
  if (rng.uniform() < 0.7) {
    const height = rng.uniform(0.4, 0.8)
    straps.push([
      [-0.98, base],
      [-0.92, base + height],
      [-0.35, base + height * 0.95],
      [-0.35, base + height * 0.95 - width],
      [-0.92 + width, base + height - width],
      [-0.98 + width, base],
    ])
  }
  return straps
}

/** Draws one of the many forms of a kind. */
export function silhouette(kind: FootwearKind, rng: CounterRng): Silhouette {
  const last: Last = {
    sole: rng.uniform(0.07, 0.2),
    heel: rng.uniform() < 0.4 ? rng.uniform(0.1, 0.4) : 0,
    toe: rng.uniform(0.16, 0.32),
  }
  const sole = soles(last, rng.uniform() < 0.6)
  const draw = { boot, sandal, shoe }[kind]
  return { sole, upper: draw(rng, last) }
}
