import { type BitConfig, narrowed } from './config.ts'

/** One residual block (`BitPreActivationBottleneckLayer`, `BitBottleneckLayer` of transformers). */
export interface BlockFacts {
  readonly name: string
  readonly inputs: number
  /** Channels of the second convolution. */
  readonly inner: number
  readonly outputs: number
  /** Of the second convolution and of the shortcut. */
  readonly stride: number
  /** The first of its stage: a convolution is on the shortcut. */
  readonly downsamples: boolean
  readonly dropPathRate: number
}

/** Every block in order. */
export function blocksOf({
  depths,
  dropPathRate,
  embeddingSize,
  hiddenSizes,
  outputStride,
}: BitConfig): readonly BlockFacts[] {
  const count = depths.reduce((sum, depth) => sum + depth, 0)
  let inputs = embeddingSize
  let strideSoFar = 4
  let position = 0
  return hiddenSizes.flatMap((outputs, stage) => {
    const stageStride = stage === 0 || strideSoFar >= outputStride ? 1 : 2
    strideSoFar *= stageStride
    return Array.from({ length: depths[stage] as number }, (_, i) => {
      const block = {
        name: `bit.encoder.stages.${stage}.layers.${i}`,
        inputs,
        inner: narrowed(outputs),
        outputs,
        stride: i === 0 ? stageStride : 1,
        downsamples: i === 0,
        dropPathRate: Math.fround(count === 1 ? 0 : (dropPathRate * position++) / (count - 1)),
      }
      inputs = outputs
      return block
    })
  })
}
