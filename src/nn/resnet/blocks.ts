import type { ResnetConfig } from './config.ts'

/** One convolution with its BatchNorm, `<name>.convolution` and `<name>.normalization`. */
export interface ConvolutionFacts {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  /** Side of the square kernel; the padding is half of it, rounded down. */
  readonly size: number
  readonly stride: number
}

/** One residual block: its convolutions in order, and that of the shortcut where input and output differ. */
export interface BlockFacts {
  readonly shortcut: ConvolutionFacts | undefined
  readonly convolutions: readonly ConvolutionFacts[]
}

export const stemOf = ({ channels, embeddingSize }: ResnetConfig): ConvolutionFacts => ({
  name: 'resnet.embedder.embedder',
  inputs: channels,
  outputs: embeddingSize,
  size: 7,
  stride: 2,
})

/** Every block in order (`ResNetBasicLayer`, `ResNetBottleNeckLayer` of transformers). */
export function blocksOf(config: ResnetConfig): readonly BlockFacts[] {
  const { hiddenSizes, depths, downsampleInFirstStage } = config
  let inputs = config.embeddingSize
  return hiddenSizes.flatMap((outputs, stage) =>
    Array.from({ length: depths[stage] as number }, (_, i) => {
      const stride = i > 0 || (stage === 0 && !downsampleInFirstStage) ? 1 : 2
      const block = blockOf(config, `resnet.encoder.stages.${stage}.layers.${i}`, inputs, outputs, stride, i === 0)
      inputs = outputs
      return block
    }),
  )
}

function blockOf(
  config: ResnetConfig,
  name: string,
  inputs: number,
  outputs: number,
  stride: number,
  first: boolean,
): BlockFacts {
  const layer = (i: number, from: number, to: number, size: number, stride: number): ConvolutionFacts => ({
    name: `${name}.layer.${i}`,
    inputs: from,
    outputs: to,
    size,
    stride,
  })
  const shortcut =
    inputs === outputs && stride === 1 ? undefined : { name: `${name}.shortcut`, inputs, outputs, size: 1, stride }
  if (config.block === 'basic')
    return { shortcut, convolutions: [layer(0, inputs, outputs, 3, stride), layer(1, outputs, outputs, 3, 1)] }
  const reduced = Math.floor(outputs / 4)
  const early = first && config.downsampleInBottleneck
  return {
    shortcut,
    convolutions: [
      layer(0, inputs, reduced, 1, early ? stride : 1),
      layer(1, reduced, reduced, 3, early ? 1 : stride),
      layer(2, reduced, outputs, 1, 1),
    ],
  }
}
