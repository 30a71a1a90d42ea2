import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { batchNorm, type ChannelStatistics } from '../../src/nn/layers/batch-norm.ts'
import { type ConvolutionOptions, conv2d } from '../../src/nn/layers/conv2d.ts'
import { depthwiseConv2d } from '../../src/nn/layers/depthwise-conv2d.ts'
import { groupNorm } from '../../src/nn/layers/group-norm.ts'
import { maxPool, type PoolOptions } from '../../src/nn/layers/max-pool.ts'
import { excess, tolerances } from '../tolerances.ts'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

interface Packed {
  readonly shape: number[]
  readonly data: number[]
}

interface Case {
  readonly layer: string
  readonly options: Record<string, unknown>
  readonly operands: Packed[]
  readonly upstream: Packed
  readonly y: Packed
  readonly gradients: Packed[]
}

type Layer = (options: unknown, x: tf.Tensor4D, ...weights: tf.Tensor[]) => tf.Tensor

interface NormOptions {
  readonly epsilon: number
  readonly groups: number
  readonly fixed: { readonly mean: number[]; readonly variance: number[] } | null
}

const fixedStatistics = ({ fixed }: NormOptions): ChannelStatistics | undefined =>
  fixed ? { mean: tf.tensor1d(fixed.mean), variance: tf.tensor1d(fixed.variance) } : undefined

const layers: Record<string, Layer> = {
  conv2d: (options, x, weight, bias) => conv2d(x, weight as tf.Tensor, bias, options as ConvolutionOptions),
  depthwiseConv2d: (options, x, weight, bias) =>
    depthwiseConv2d(x, weight as tf.Tensor, bias, options as ConvolutionOptions),
  maxPool: (options, x) => maxPool(x, options as PoolOptions),
  batchNorm: (options, x, scale, shift) =>
    batchNorm(
      x,
      scale as tf.Tensor,
      shift as tf.Tensor,
      fixedStatistics(options as NormOptions),
      (options as NormOptions).epsilon,
    ).y,
  groupNorm: (options, x, scale, shift) => {
    const { groups, epsilon } = options as NormOptions
    return groupNorm(x, scale as tf.Tensor, shift as tf.Tensor, groups, epsilon)
  },
}

const { cases } = JSON.parse(readFileSync(new URL('../goldens/layers.json', import.meta.url), 'utf8')) as {
  cases: Case[]
}
const unpack = ({ shape, data }: Packed) => tf.tensor(data, shape)

it(`${cases.length} cases cover every layer`, () => {
  expect(new Set(cases.map(({ layer }) => layer))).toEqual(new Set(Object.keys(layers)))
})

for (const [i, { layer, options, operands, upstream, y, gradients }] of cases.entries())
  it(`${layer} agrees with torch, forward and backward (case ${i + 1}: ${JSON.stringify(options)})`, () => {
    const run = (...args: tf.Tensor[]) => (layers[layer] as Layer)(options, ...(args as [tf.Tensor4D]))
    const args = operands.map(unpack)
    const result = run(...args)
    expect(result.shape).toEqual(y.shape)
    expect(excess(result.dataSync(), y.data, tolerances.op)).toBeLessThanOrEqual(1)
    const grads = tf.grads(run)(args, unpack(upstream))
    expect(grads.map(({ shape }) => shape)).toEqual(gradients.map(({ shape }) => shape))
    for (const [k, gradient] of grads.entries())
      expect(excess(gradient.dataSync(), gradients[k]?.data ?? [], tolerances.op), `operand ${k}`).toBeLessThanOrEqual(
        1,
      )
  })

it('batchNorm answers the biased statistics of each channel', () => {
  const x = tf.tensor2d([1, 10, 3, 10, 5, 10], [3, 2])
  const { mean, variance } = batchNorm(x, tf.ones([2]), tf.zeros([2]), undefined, 1e-5)
  expect([...mean.dataSync()]).toEqual([3, 10])
  expect(excess(variance.dataSync(), [8 / 3, 0], tolerances.op)).toBeLessThanOrEqual(1)
})
