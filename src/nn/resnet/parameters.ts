import type { Buffer, Parameter, Weights } from '../../registry/engine.ts'
import { elementCount } from '../../std/shape.ts'
import { decaysByName } from '../decay.ts'
import { blocksOf, type ConvolutionFacts, stemOf } from './blocks.ts'
import type { ResnetConfig } from './config.ts'

/** The stem's convolution, then each block's, the shortcut first: the order of the modules. */
const inOrder = (config: ResnetConfig): readonly (readonly ConvolutionFacts[])[] => [
  [stemOf(config)],
  ...blocksOf(config).map(({ shortcut, convolutions }) => [...(shortcut ? [shortcut] : []), ...convolutions]),
]

/** Parameters of `ResNetForImageClassification` under their names on disk, in the order of the modules. */
export function resnetParameters(config: ResnetConfig, labels: number): readonly Parameter[] {
  const layers = inOrder(config)
  const parameter = (name: string, shape: readonly number[], layer: number, head = false): Parameter => ({
    name,
    shape,
    decay: decaysByName(name),
    layer,
    head,
  })
  const width = config.hiddenSizes.at(-1) as number
  return [
    ...layers.flatMap((convolutions, layer) =>
      convolutions.flatMap(({ name, inputs, outputs, size }) => [
        parameter(`${name}.convolution.weight`, [outputs, inputs, size, size], layer),
        parameter(`${name}.normalization.weight`, [outputs], layer),
        parameter(`${name}.normalization.bias`, [outputs], layer),
      ]),
    ),
    parameter('classifier.1.weight', [labels, width], layers.length, true),
    parameter('classifier.1.bias', [labels], layers.length, true),
  ]
}

/** The running statistics of every BatchNorm. */
export const resnetBuffers = (config: ResnetConfig): readonly Buffer[] =>
  inOrder(config)
    .flat()
    .flatMap(({ name, outputs }): Buffer[] => [
      { name: `${name}.normalization.running_mean`, shape: [outputs], dtype: 'float32' },
      { name: `${name}.normalization.running_var`, shape: [outputs], dtype: 'float32' },
      { name: `${name}.normalization.num_batches_tracked`, shape: [], dtype: 'int64' },
    ])

/** Mean 0, variance 1, no batch seen. */
export const initialResnetBuffers = (config: ResnetConfig): Weights =>
  new Map(
    resnetBuffers(config).map(({ name, shape }) => [
      name,
      new Float32Array(elementCount(shape)).fill(name.endsWith('.running_var') ? 1 : 0),
    ]),
  )
