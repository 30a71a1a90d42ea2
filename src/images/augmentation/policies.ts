import type { CounterRng } from '../../std/counter-rng.ts'
import type { Size } from './box.ts'
import type { Operation } from './operation.ts'

/** Strengths are chosen from this many steps, 0 the weakest. */
export const magnitudes = 31
const last = magnitudes - 1

/** The strongest magnitude of each kind of change. */
interface Strongest {
  readonly shear: number
  readonly translate: Size
  readonly rotate: number
  readonly enhance: number
  /** Bits that posterize drops. */
  readonly bits: number
}

/** RandAugment (Cubuk et al. 2019) as torchvision has it. */
const randAugment = ({ width, height }: Size): Strongest => ({
  shear: 0.3,
  translate: { width: (150 / 331) * width, height: (150 / 331) * height },
  rotate: 30,
  enhance: 0.9,
  bits: 4,
})

/** TrivialAugment (Müller & Hutter 2021), the wide space, as torchvision has it. */
const trivialAugment: Strongest = {
  shear: 0.99,
  translate: { width: 32, height: 32 },
  rotate: 135,
  enhance: 0.99,
  bits: 6,
}

type Change = (strongest: Strongest, magnitude: number, sign: 1 | -1) => Operation | undefined

const enhancement =
  (kind: 'brightness' | 'contrast' | 'saturation' | 'sharpness'): Change =>
  ({ enhance }, m, sign) => ({ kind, factor: 1 + sign * share(enhance, m) })

/** In torchvision's order. */
const changes: readonly Change[] = [
  () => undefined,
  ({ shear }, m, sign) => ({ kind: 'shear-x', tangent: sign * share(shear, m) }),
  ({ shear }, m, sign) => ({ kind: 'shear-y', tangent: sign * share(shear, m) }),
  ({ translate }, m, sign) => ({ kind: 'translate-x', pixels: sign * Math.trunc(share(translate.width, m)) }),
  ({ translate }, m, sign) => ({ kind: 'translate-y', pixels: sign * Math.trunc(share(translate.height, m)) }),
  ({ rotate }, m, sign) => ({ kind: 'rotate', degrees: sign * share(rotate, m) }),
  enhancement('brightness'),
  enhancement('saturation'),
  enhancement('contrast'),
  enhancement('sharpness'),
  ({ bits }, m) => ({ kind: 'posterize', bits: 8 - Math.round((m * bits) / last) }),
  (_, m) => ({ kind: 'solarize', threshold: 255 - share(255, m) }),
  () => ({ kind: 'auto-contrast' }),
  () => ({ kind: 'equalize' }),
]

/** Step `m` from 0 to `to`. `torch.linspace` rounds to float32 on the way, in an order that depends on the processor. */
const share = (to: number, m: number) => (to * m) / last

/** Every change of a policy at one magnitude, in torchvision's order; undefined leaves the image as it is. */
export const policyAt = (
  policy: 'rand' | 'trivial',
  image: Size,
  magnitude: number,
  sign: 1 | -1,
): readonly (Operation | undefined)[] =>
  changes.map((change) => change(policy === 'rand' ? randAugment(image) : trivialAugment, magnitude, sign))

/** `ops` changes, each equally likely, at one magnitude, to either side: torchvision's `RandAugment`. */
export const drawRandAugment = (
  rng: CounterRng,
  image: Size,
  { ops, magnitude }: { readonly ops: number; readonly magnitude: number },
): readonly Operation[] => Array.from({ length: ops }, () => drawChange(rng, randAugment(image), magnitude)).flat()

/** One change at a drawn magnitude: torchvision's `TrivialAugmentWide`. */
export const drawTrivialAugment = (rng: CounterRng): readonly Operation[] =>
  drawChange(rng, trivialAugment, rng.below(magnitudes))

function drawChange(rng: CounterRng, strongest: Strongest, magnitude: number): readonly Operation[] {
  const change = changes[rng.below(changes.length)] as Change
  const operation = change(strongest, magnitude, rng.below(2) === 0 ? 1 : -1)
  return operation === undefined ? [] : [operation]
}
