import type { MicroBatch } from '../../registry/engine.ts'
import { betaOf } from '../../std/beta.ts'
import { CounterRng } from '../../std/counter-rng.ts'

/** Parameter α of Beta(α, α), from which the share λ of each batch is drawn; 0 turns the one off. */
export interface MixSpec {
  /** Zhang et al. 2018, arXiv 1710.09412. */
  readonly mixup: number
  /** Yun et al. 2019, arXiv 1905.04899. With both given, each batch takes one of them with equal chance. */
  readonly cutmix: number
}

/** Where a batch stands: its numbers are drawn from the place alone, so that a resumed training draws the same. */
export interface MixPlace {
  readonly seed: number
  /** Optimiser steps before this one. */
  readonly step: number
  /** Micro-batches before this one in the step. */
  readonly batch: number
}

/** The rectangle of the partner's pixels, ends excluded. */
export interface Box {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

const stream = 0x6d6978

/** Mixes each example with the one opposite in the batch, pixels and targets, by one share for all: timm's recipe. */
export function mixed(batch: MicroBatch, image: ImageSize, spec: MixSpec, place: MixPlace): MicroBatch {
  const rng = new CounterRng(place.seed, stream, place.step, place.batch)
  const cut = spec.mixup === 0 || (spec.cutmix > 0 && rng.uniform() < 0.5)
  const share = betaOf(rng, cut ? spec.cutmix : spec.mixup)
  return cut ? cutMixed(batch, image, boxOf(rng, share, image)) : mixedUp(batch, share)
}

interface ImageSize {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** λ · example + (1 − λ) · opposite example. */
export const mixedUp = ({ size, pixels, targets }: MicroBatch, share: number): MicroBatch => ({
  size,
  pixels: blended(pixels, size, share),
  targets: blended(targets, size, share),
})

/** The opposite example's pixels inside the box; targets by the area that is left. */
export function cutMixed(
  { size, pixels, targets }: MicroBatch,
  { height, width, channels }: ImageSize,
  { top, bottom, left, right }: Box,
): MicroBatch {
  const cut = pixels.slice()
  const [line, example] = [width * channels, height * width * channels]
  for (let i = 0; i < size; i++) {
    for (let y = top; y < bottom; y++) {
      const from = (size - 1 - i) * example + y * line
      cut.set(
        pixels.subarray(from + left * channels, from + right * channels),
        i * example + y * line + left * channels,
      )
    }
  }
  const kept = 1 - ((bottom - top) * (right - left)) / (height * width)
  return { size, pixels: cut, targets: blended(targets, size, kept) }
}

/** A box of the area 1 − `share` around a uniform centre, clipped at the border. */
export function boxOf(rng: CounterRng, share: number, { height, width }: Omit<ImageSize, 'channels'>): Box {
  const side = Math.sqrt(1 - share)
  const along = (length: number) => {
    const [half, centre] = [Math.floor(Math.floor(length * side) / 2), rng.below(length)]
    return [Math.max(0, centre - half), Math.min(length, centre + half)] as const
  }
  const [[top, bottom], [left, right]] = [along(height), along(width)]
  return { top, bottom, left, right }
}

function blended(rows: Float32Array, size: number, share: number): Float32Array {
  const [length, made] = [rows.length / size, new Float32Array(rows.length)]
  for (let i = 0; i < size; i++) {
    const [own, opposite] = [i * length, (size - 1 - i) * length]
    for (let k = 0; k < length; k++) {
      made[own + k] = share * (rows[own + k] as number) + (1 - share) * (rows[opposite + k] as number)
    }
  }
  return made
}
