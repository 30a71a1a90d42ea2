import * as tf from '@tensorflow/tfjs'
import type { Tensors, TrainingMode } from '../../registry/engine.ts'
import { dense } from '../layers/dense.ts'
import { groupNorm } from '../layers/group-norm.ts'
import { maxPool } from '../layers/max-pool.ts'
import { standardisedConv2d } from '../layers/standardised-conv2d.ts'
import type { ClassifierOf } from '../layout.ts'
import { type BlockFacts, blocksOf } from './blocks.ts'
import { type BitConfig, bitConfigOf } from './config.ts'
import { bitImage } from './layout.ts'
import { bitParameters } from './parameters.ts'

const weightEpsilon = 1e-8
const groupEpsilon = 1e-5

/** Big Transfer with a linear head on the mean over all positions, as transformers' `BitForImageClassification`. */
export const bitClassifier: ClassifierOf = (json, labels, where, image = bitImage) => {
  const config = bitConfigOf(json, where)
  const blocks = blocksOf(config)
  const run = config.block === 'preactivation' ? preactivated : postactivated
  return {
    family: 'bit',
    image: { ...image, channels: config.channels },
    labels,
    parameters: bitParameters(config, labels.length),
    buffers: [],
    features: (tensors, pixels, mode) => {
      const layers = layersOf(config, tensors)
      let hidden = stem(config, layers, pixels)
      for (const block of blocks) hidden = run(layers, block, hidden, mode)
      if (config.block === 'preactivation') hidden = layers.norm('bit.norm', hidden)
      return tf.mean(hidden, [1, 2]) as tf.Tensor2D
    },
    head: (tensors, features) => dense(tensors, 'classifier.1', features) as tf.Tensor2D,
  }
}

interface Layers {
  convolve(name: string, x: tf.Tensor4D, stride?: number): tf.Tensor4D
  /** Group normalisation, and relu unless told otherwise. */
  norm(name: string, x: tf.Tensor4D, activate?: boolean): tf.Tensor4D
}

function layersOf({ groups, padding }: BitConfig, tensors: Tensors): Layers {
  const at = (name: string) => {
    const tensor = tensors[name]
    if (tensor === undefined) throw new Error(`no parameter ${name}`)
    return tensor
  }
  return {
    convolve(name, x, stride = 1) {
      const weight = at(`${name}.weight`)
      const symmetric = Math.floor((stride - 1 + (weight.shape[2] as number) - 1) / 2)
      const zeros = padding === 'same' ? 'same' : padding === 'valid' ? 0 : symmetric
      return standardisedConv2d(x, weight, weightEpsilon, { stride, padding: zeros })
    },
    norm(name, x, activate = true) {
      const y = groupNorm(x, at(`${name}.weight`), at(`${name}.bias`), groups, groupEpsilon)
      return activate ? tf.relu(y) : y
    },
  }
}

function stem({ block, padding, padsPool }: BitConfig, layers: Layers, pixels: tf.Tensor4D): tf.Tensor4D {
  const embedded = layers.convolve('bit.embedder.convolution', pixels, 2)
  const padded = padding === 'same' ? embedded : withZeros(embedded, [1, 1], [1, 1])
  const hidden = block === 'preactivation' ? padded : layers.norm('bit.embedder.norm', padded)
  // The zeros count as values of the pool, unlike its own padding.
  const [, height, width] = hidden.shape
  const pooled = padsPool ? withZeros(hidden, poolZeros(height), poolZeros(width)) : hidden
  return maxPool(pooled, { size: 3, stride: 2 })
}

/** Zeros before and after an axis, so that a window of 3 at stride 2 has ⌈length / 2⌉ places. */
function poolZeros(length: number): [number, number] {
  const zeros = Math.max((Math.ceil(length / 2) - 1) * 2 + 3 - length, 0)
  return [Math.floor(zeros / 2), Math.ceil(zeros / 2)]
}

const withZeros = (x: tf.Tensor4D, rows: [number, number], columns: [number, number]) =>
  tf.pad(x, [[0, 0], rows, columns, [0, 0]])

type Block = (layers: Layers, facts: BlockFacts, x: tf.Tensor4D, mode?: TrainingMode) => tf.Tensor4D

const preactivated: Block = ({ convolve, norm }, { name, stride, downsamples, dropPathRate }, x, mode) => {
  const active = norm(`${name}.norm1`, x)
  const shortcut = downsamples ? convolve(`${name}.downsample.conv`, active, stride) : x
  const first = convolve(`${name}.conv1`, active)
  const second = convolve(`${name}.conv2`, norm(`${name}.norm2`, first), stride)
  const third = convolve(`${name}.conv3`, norm(`${name}.norm3`, second))
  return tf.add(dropped(third, dropPathRate, mode), shortcut)
}

const postactivated: Block = ({ convolve, norm }, { name, stride, downsamples, dropPathRate }, x, mode) => {
  const shortcut = downsamples
    ? norm(`${name}.downsample.norm`, convolve(`${name}.downsample.conv`, x, stride), false)
    : x
  const first = norm(`${name}.norm1`, convolve(`${name}.conv1`, x))
  const second = norm(`${name}.norm2`, convolve(`${name}.conv2`, first, stride))
  const third = norm(`${name}.norm3`, convolve(`${name}.conv3`, second), false)
  return tf.relu(tf.add(dropped(third, dropPathRate, mode), shortcut))
}

const dropped = (x: tf.Tensor4D, rate: number, mode?: TrainingMode): tf.Tensor4D =>
  mode === undefined || rate === 0 ? x : (mode.dropPath(x, rate) as tf.Tensor4D)
