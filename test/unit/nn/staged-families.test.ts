import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { labelFields } from '../../../src/artifacts/model-config.ts'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { classifierOf } from '../../../src/nn/classifier.ts'
import { layoutOf } from '../../../src/nn/families.ts'
import type { Classifier, Weights } from '../../../src/registry/engine.ts'
import { elementCount } from '../../../src/std/shape.ts'
import { excess, tolerances } from '../../tolerances.ts'

beforeAll(() => {
  tf.enableProdMode()
  return tf.setBackend('cpu')
})

const tinySwin = { model_type: 'swin', image_size: 16, patch_size: 4, embed_dim: 8, window_size: 2 } as const
const swin = { ...tinySwin, depths: [2, 2], num_heads: [2, 2], drop_path_rate: 0.3, initializer_range: 0.2 }
const convNext = {
  model_type: 'convnext',
  image_size: 16,
  num_stages: 2,
  hidden_sizes: [8, 12],
  depths: [2, 2],
  drop_path_rate: 0.3,
  initializer_range: 0.2,
  layer_scale_init_value: 0.5,
}

const pixelsOf = (classifier: Classifier, size: number) => {
  const { height, width } = classifier.image
  return tf.randomNormal([size, height, width, 3], 0, 1, 'float32', 3) as tf.Tensor4D
}

const tensorsOf = ({ parameters }: Classifier, weights: Weights) =>
  Object.fromEntries(
    parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name) ?? expect.fail(name), [...shape])]),
  )

describe('the published sizes', () => {
  const ofAll = ({ parameters }: Classifier) => parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const thousand = labelFields(Array.from({ length: 1000 }, (_, i) => `class ${i}`))

  it.each([
    ['swin', {}, 28_288_354],
    ['swin', { embed_dim: 128, depths: [2, 2, 18, 2], num_heads: [4, 8, 16, 32] }, 87_768_224],
    ['convnext', {}, 28_589_128],
    ['convnext', { hidden_sizes: [128, 256, 512, 1024], depths: [3, 3, 27, 3] }, 88_591_464],
  ])('%s %o has %d parameters', (model_type, sizes, count) => {
    const classifier = classifierOf({ model_type, ...sizes, ...thousand })
    expect(ofAll(classifier)).toBe(count)
    expect(classifier.image).toEqual({ height: 224, width: 224, channels: 3 })
  })
})

describe('depth', () => {
  const layersOf = (config: typeof swin | typeof convNext, pattern: RegExp) =>
    layoutOf(config)
      .parameters(3)
      .filter(({ name }) => pattern.test(name))
      .map(({ layer }) => layer)

  it('counts the blocks of Swin through all stages; merging belongs to the stage before', () => {
    expect(layersOf(swin, /layernorm_before\.weight/)).toEqual([1, 2, 3, 4])
    expect(layersOf(swin, /downsample/)).toEqual([2, 2, 2])
    expect(layersOf(swin, /embeddings/).every((layer) => layer === 0)).toBe(true)
    expect(layersOf(swin, /^(swin\.layernorm|classifier)/)).toEqual([5, 5, 5, 5])
  })

  it('counts the blocks of ConvNeXt through all stages; downsampling belongs to the stage after', () => {
    expect(layersOf(convNext, /dwconv\.weight/)).toEqual([1, 2, 3, 4])
    expect(layersOf(convNext, /downsampling/)).toEqual([3, 3, 3, 3])
    expect(layersOf(convNext, /^(convnext\.layernorm|classifier)/)).toEqual([5, 5, 5, 5])
  })
})

describe('stochastic depth', () => {
  it.each([
    [swin, [0, 0.1, 0.2, 0.3]],
    [convNext, [0, 0.1, 0.2, 0.3]],
  ])('of $model_type grows from 0 along the blocks', (config, rates) => {
    const classifier = classifierOf({ ...config, ...labelFields(['a', 'b', 'c']) })
    const tensors = tensorsOf(classifier, layoutOf(config).initialWeights(3, 1))
    const asked: number[] = []
    const mode = {
      dropout: (x: tf.Tensor, rate: number) => (rate === 0 ? x : expect.fail('no dropout is configured')),
      dropPath: (x: tf.Tensor, rate: number) => {
        asked.push(rate)
        return x
      },
      setBuffer: () => {},
    }
    classifier.features(tensors, pixelsOf(classifier, 2), mode)
    expect(asked).toHaveLength(rates.length)
    for (const [i, rate] of rates.entries()) expect(asked[i]).toBeCloseTo(rate, 12)
  })
})

describe('Swin on a grid smaller than its window', () => {
  it('reads the middle of its table of relative positions', () => {
    const large = { ...swin, image_size: 64, window_size: 4 }
    const small = { ...swin, image_size: 12, window_size: 3 }
    const image = { height: 12, width: 12 }
    const weights = new Map(layoutOf(large).initialWeights(3, 1))
    const cropped = new Map(weights)
    for (const [name, table] of weights) {
      if (!name.endsWith('_table')) continue
      const noise = table.map((_, i) => Math.sin(i))
      weights.set(name, noise)
      const middle = tf.slice(tf.tensor(noise, [7, 7, 2]), [1, 1, 0], [5, 5, 2])
      cropped.set(name, middle.dataSync() as Float32Array)
    }
    const logits = (classifier: Classifier, values: Weights) => {
      const tensors = tensorsOf(classifier, values)
      return classifier.head(tensors, classifier.features(tensors, pixelsOf(classifier, 2))).dataSync()
    }
    const labels = labelFields(['a', 'b', 'c'])
    const ours = logits(classifierOf({ ...large, ...labels }, { image }), weights)
    const own = logits(classifierOf({ ...small, ...labels }), cropped)
    expect(excess(ours, own, tolerances.op)).toBeLessThan(1)
    expect(ours).toHaveLength(6)
  })
})

describe('images of another size', () => {
  const resizing = (config: object, size: number) =>
    layoutOf({ ...swin, window_size: 2, ...config }).resizing?.({ height: size, width: size })

  it('are taken as they are where every window fits', () => {
    expect(resizing({}, 30)).toBeUndefined()
    expect(layoutOf(convNext).resizing).toBeUndefined()
  })

  it('come with a warning where windows shrink or positions are interpolated', () => {
    expect(resizing({ window_size: 4 }, 16)).toMatch(/stage 2 a grid of 2 × 2, less than a window of 4 × 4/)
    expect(resizing({ use_absolute_embeddings: true }, 24)).toMatch(/6 × 6 patches.*interpolated/)
    expect(() => resizing({ use_absolute_embeddings: true }, 30)).toThrow(/no whole number/)
  })
})

describe('preprocessing where a checkpoint does not say', () => {
  it('is bicubic to the whole image for Swin', () => {
    const processor = parsePreprocessorConfig(layoutOf(swin).preprocessor, 'here')
    expect(processor).toMatchObject({ resample: 3, size: { height: 16, width: 16 }, doCenterCrop: false })
    expect(processor.mean).toEqual([0.485, 0.456, 0.406])
  })

  it('crops seven eighths for ConvNeXt', () => {
    const processor = parsePreprocessorConfig(layoutOf({ model_type: 'convnext' }).preprocessor, 'here')
    expect(processor).toMatchObject({ resample: 3, size: { shortestEdge: 256 }, cropSize: { height: 224, width: 224 } })
    expect(processor.std).toEqual([0.229, 0.224, 0.225])
  })
})

it.each([
  [{ model_type: 'swin', num_heads: [3, 6] }, 'num_heads'],
  [{ model_type: 'swin', num_heads: [5, 5, 5, 5] }, 'num_heads'],
  [{ model_type: 'swin', depths: [2, 0] }, 'depths'],
  [{ model_type: 'swin', num_channels: 1 }, 'num_channels'],
  [{ model_type: 'convnext', depths: [1, 1] }, 'depths'],
  [{ model_type: 'convnext', num_stages: 3 }, 'hidden_sizes'],
  [{ model_type: 'convnext', layer_scale_init_value: -1 }, 'layer_scale_init_value'],
])('it names what is wrong in %o', (config, field) => {
  expect(() => layoutOf(config)).toThrow(new RegExp(`"${field}"`))
})
