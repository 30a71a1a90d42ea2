import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { attention } from '../../../src/nn/layers/attention.ts'
import { gelu, tanhGelu } from '../../../src/nn/layers/gelu.ts'
import { layerNorm } from '../../../src/nn/layers/layer-norm.ts'
import { linear } from '../../../src/nn/layers/linear.ts'
import { patchEmbedding } from '../../../src/nn/layers/patch-embedding.ts'
import { relativePositionBias, relativePositionIndex } from '../../../src/nn/layers/relative-position.ts'
import { take } from '../../../src/nn/layers/take.ts'
import { excess, tolerances } from '../../tolerances.ts'

beforeAll(() => {
  tf.enableProdMode()
  return tf.setBackend('cpu')
})

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed)

/** Values and gradients of two functions of the same tensors agree. */
function expectSame(
  ours: (...args: tf.Tensor[]) => tf.Tensor,
  reference: (...args: tf.Tensor[]) => tf.Tensor,
  args: tf.Tensor[],
) {
  const [a, b] = [ours(...args), reference(...args)]
  expect(a.shape).toEqual(b.shape)
  expect(excess(a.dataSync(), b.dataSync(), tolerances.op)).toBeLessThan(1)
  const upstream = normal(a.shape, 99)
  const [da, db] = [tf.grads(ours)(args, upstream), tf.grads(reference)(args, upstream)]
  for (const [i, gradient] of da.entries()) {
    expect(gradient.shape).toEqual(args[i]?.shape)
    expect(excess(gradient.dataSync(), db[i]?.dataSync() ?? [], tolerances.op), `argument ${i}`).toBeLessThan(1)
  }
}

describe('layerNorm', () => {
  const composed = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, -1, true)
    return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-6))), scale), shift)
  }
  const ours = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => layerNorm(x, scale, shift, 1e-6)

  it.each([[[4, 6]], [[2, 3, 6]]])('it equals its definition and its gradient: %o', (shape) => {
    expectSame(ours, composed, [normal(shape, 1), normal([6], 2), normal([6], 3)])
  })
})

describe('gelu', () => {
  const definition = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1))

  it('equals its definition and its gradient, far out too', () => {
    expectSame(gelu, definition, [tf.concat([normal([3, 5], 4), tf.tensor2d([[0, -30, 30, -1e-20, 5]])])])
  })

  it('stays near its tanh approximation', () => {
    const x = tf.linspace(-4, 4, 81)
    expect(tf.max(tf.abs(tf.sub(gelu(x), tanhGelu(x)))).dataSync()[0]).toBeLessThan(tolerances.op.absolute * 100)
    expect(tanhGelu(tf.tensor1d([1])).dataSync()[0]).toBeCloseTo(0.841192, 6)
  })
})

describe('linear', () => {
  it.each([[[4, 3]], [[2, 5, 3]]])('it is x · weightᵀ + bias: %o', (shape) => {
    const reference = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
      tf.add(tf.sum(tf.mul(tf.expandDims(x, -2), weight), -1), bias)
    expectSame(linear, reference, [normal(shape, 1), normal([2, 3], 2), normal([2], 3)])
  })

  it('does without a bias', () => {
    expect(Array.from(linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4]])).dataSync())).toEqual([11])
  })
})

describe('patchEmbedding', () => {
  it('equals the convolution whose stride is its kernel, on images and patches that are not square', () => {
    const convolution = (pixels: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
      const kernel = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D
      const map = tf.conv2d(pixels as tf.Tensor4D, kernel, [2, 4], 'valid')
      return tf.add(tf.reshape(map, [2, 6, 5]), bias)
    }
    const ours = (pixels: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
      patchEmbedding(pixels as tf.Tensor4D, weight, bias)
    expectSame(ours, convolution, [normal([2, 4, 12, 3], 1), normal([5, 3, 2, 4], 2), normal([5], 3)])
  })
})

describe('attention', () => {
  it('mixes the values of each head by the softmax of scaled products', () => {
    const oneHead = (query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, head: number) => {
      const part = (x: tf.Tensor) => tf.slice(x, [0, 0, head * 4], [2, 3, 4])
      const products = tf.sum(tf.mul(tf.expandDims(part(query), 2), tf.expandDims(part(key), 1)), -1)
      const weights = tf.softmax(tf.div(products, 2))
      return tf.sum(tf.mul(tf.expandDims(weights, -1), tf.expandDims(part(value), 1)), 2)
    }
    expectSame(
      (q, k, v) => attention(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor, 2),
      (...qkv) => {
        const [q, k, v] = qkv as [tf.Tensor, tf.Tensor, tf.Tensor]
        return tf.concat([oneHead(q, k, v, 0), oneHead(q, k, v, 1)], 2)
      },
      [normal([2, 3, 8], 1), normal([2, 3, 8], 2), normal([2, 3, 8], 3)],
    )
  })

  it('takes fewer queries than keys', () => {
    expect(attention(normal([2, 1, 8], 1), normal([2, 3, 8], 2), normal([2, 3, 8], 3), 2).shape).toEqual([2, 1, 8])
  })
})

describe('attention with a bias', () => {
  const biasedBy =
    (expand: (bias: tf.Tensor) => tf.Tensor) =>
    (...args: tf.Tensor[]) => {
      const [q, k, v, bias] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const split = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [4, 3, 2, 4]), [0, 2, 1, 3])
      const scores = tf.div(tf.matMul(split(q), split(k), false, true), 2)
      const mixed = tf.matMul(tf.softmax(tf.add(scores, expand(bias))), split(v))
      return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [4, 3, 8])
    }
  const ours = (...args: tf.Tensor[]) => {
    const [q, k, v, bias] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    return attention(q, k, v, 2, { bias })
  }
  const qkv = [normal([4, 3, 8], 1), normal([4, 3, 8], 2), normal([4, 3, 8], 3)]

  it('adds one per head to the scores of all examples', () => {
    expectSame(
      ours,
      biasedBy((bias) => bias),
      [...qkv, normal([2, 3, 3], 4)],
    )
  })

  it('takes a bias per group of examples in turns', () => {
    expectSame(
      ours,
      biasedBy((bias) => tf.concat([bias, bias], 0)),
      [...qkv, normal([2, 2, 3, 3], 4)],
    )
  })
})

describe('take', () => {
  const gathered = (indices: number[], axis: number) => (x: tf.Tensor) =>
    tf.gather(x, tf.tensor1d(indices, 'int32'), axis)

  it.each<[string, number[], number]>([
    ['a permutation', [2, 0, 1], 1],
    ['some entries twice and others never', [1, 1, 0, 1], 1],
    ['each entry twice', [1, 0, 0, 1], 0],
  ])('it gathers %s and adds up gradients', (_, indices, axis) => {
    const ours = (x: tf.Tensor) => take(x, Int32Array.from(indices), axis)
    expectSame(ours, gathered(indices, axis), [normal([2, 3, 4], 1)])
  })
})

describe('relative positions', () => {
  it('number the offsets of a grid row by row', () => {
    const grid = { height: 2, width: 3 }
    const index = relativePositionIndex(grid)
    expect([...index.subarray(0, 6)]).toEqual([7, 6, 5, 2, 1, 0])
    expect(index[35]).toBe(7)
    expect(new Set(index).size).toBe(15)
  })

  it('find the same offsets in the table of a larger grid', () => {
    const index = relativePositionIndex({ height: 2, width: 2 }, { height: 3, width: 3 })
    expect([...index.subarray(0, 4)]).toEqual([12, 11, 7, 6])
  })

  it('give each head the entry of query − key', () => {
    const index = relativePositionIndex({ height: 1, width: 2 })
    const bias = relativePositionBias(
      tf.tensor2d([
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
      index,
    )
    expect(bias.arraySync()).toEqual([
      [
        [2, 1],
        [3, 2],
      ],
      [
        [20, 10],
        [30, 20],
      ],
    ])
  })
})
