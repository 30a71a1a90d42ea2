import type { Parameter } from '../../registry/engine.ts'
import { decaysByName } from '../decay.ts'
import { blocksOf } from './blocks.ts'
import type { BitConfig } from './config.ts'

/** Parameters of `BitForImageClassification` under their names on disk, in the order of the modules. */
export function bitParameters(config: BitConfig, labels: number): readonly Parameter[] {
  const list: Parameter[] = []
  let layer = 0
  const add = (name: string, shape: readonly number[]) =>
    list.push({ name, shape, decay: decaysByName(name), layer, head: name.startsWith('classifier.') })
  const addConvolution = (name: string, outputs: number, inputs: number, size: number) =>
    add(`${name}.weight`, [outputs, inputs, size, size])
  const addNorm = (name: string, channels: number) => {
    add(`${name}.weight`, [channels])
    add(`${name}.bias`, [channels])
  }
  const before = config.block === 'preactivation'
  addConvolution('bit.embedder.convolution', config.embeddingSize, config.channels, 7)
  if (!before) addNorm('bit.embedder.norm', config.embeddingSize)
  for (const { name, inputs, inner, outputs, downsamples } of blocksOf(config)) {
    layer++
    if (downsamples) addConvolution(`${name}.downsample.conv`, outputs, inputs, 1)
    if (downsamples && !before) addNorm(`${name}.downsample.norm`, outputs)
    for (const [i, [to, from, size]] of (
      [
        [inner, inputs, 1],
        [inner, inner, 3],
        [outputs, inner, 1],
      ] as const
    ).entries()) {
      if (before) addNorm(`${name}.norm${i + 1}`, from)
      addConvolution(`${name}.conv${i + 1}`, to, from, size)
      if (!before) addNorm(`${name}.norm${i + 1}`, to)
    }
  }
  layer++
  const width = config.hiddenSizes.at(-1) as number
  if (before) addNorm('bit.norm', width)
  add('classifier.1.weight', [labels, width])
  add('classifier.1.bias', [labels])
  return list
}
