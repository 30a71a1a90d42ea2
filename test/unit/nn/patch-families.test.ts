import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { labelFields } from '../../../src/artifacts/model-config.ts'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { outputSize } from '../../../src/images/processor.ts'
import { classifierOf } from '../../../src/nn/classifier.ts'
import { layoutOf } from '../../../src/nn/families.ts'
import { fitCheckpoint, newHead } from '../../../src/nn/pretrained.ts'
import { elementCount } from '../../../src/std/shape.ts'

beforeAll(() => {
  tf.enableProdMode()
  return tf.setBackend('cpu')
})

const teacher = { architectures: ['DeiTForImageClassificationWithTeacher'] }
const large = { hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 4096 }
const huge = { hidden_size: 1280, num_hidden_layers: 32, num_attention_heads: 16, intermediate_size: 5120 }
const dinov2Small = { hidden_size: 384, num_attention_heads: 6, image_size: 518 }
const dinov2Giant = {
  hidden_size: 1536,
  num_hidden_layers: 40,
  num_attention_heads: 24,
  image_size: 518,
  use_swiglu_ffn: true,
}

it.each([
  ['vit', {}, 86_567_656],
  ['vit', large, 304_326_632],
  ['vit', { ...huge, patch_size: 14 }, 632_045_800],
  ['deit', {}, 86_569_192],
  ['deit', teacher, 87_338_192],
  ['dinov2', dinov2Small, 22_056_192 + 769_000],
  ['dinov2', dinov2Giant, 1_139_552_232],
  ['beit', { use_relative_position_bias: true }, 86_530_984],
  ['beit', { ...large, use_relative_position_bias: true }, 304_430_568],
])('%s %o has the published number of parameters', (model_type, sizes, count) => {
  const parameters = layoutOf({ model_type, ...sizes }).parameters(1000)
  expect(parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)).toBe(count)
})

const tiny = { hidden_size: 8, num_hidden_layers: 3, num_attention_heads: 2, intermediate_size: 8, image_size: 8 }
const families = [
  { model_type: 'vit', ...tiny, patch_size: 4 },
  { model_type: 'deit', ...tiny, patch_size: 4 },
  { model_type: 'deit', ...tiny, patch_size: 4, ...teacher },
  { model_type: 'dinov2', ...tiny, patch_size: 4, mlp_ratio: 1 },
  { model_type: 'beit', ...tiny, patch_size: 4, use_relative_position_bias: true, use_mask_token: true },
] as const

it.each(families)('counts the depth of $model_type from the embeddings to the head', (config) => {
  const { parameters } = classifierOf({ ...config, ...labelFields(['a', 'b']) })
  const depths = parameters.map(({ layer }) => layer)
  expect([...new Set(depths)]).toEqual([0, 1, 2, 3, 4])
  expect(depths).toEqual([...depths].sort())
  expect(parameters.filter(({ head }) => head).every(({ name, layer }) => /classifier/.test(name) && layer === 4)).toBe(
    true,
  )
  expect(parameters.filter(({ name }) => /embeddings/.test(name)).every(({ layer }) => layer === 0)).toBe(true)
})

describe('what training drops', () => {
  const [n, tokens, heads, d] = [2, 5, 2, 8]
  const hidden = ['dropout', 0.1, [n, tokens, d]]
  const probabilities = ['dropout', 0.2, [n, heads, tokens, tokens]]
  const path = (rate: number) => ['dropPath', rate, [n, tokens, d]]
  const thrice = <T>(block: (i: number) => readonly T[]) => [0, 1, 2].flatMap(block)
  const [vit, , , dinov2, beit] = families

  it.each([
    ['vit', vit, [hidden, ...thrice(() => [probabilities, hidden, hidden])]],
    ['dinov2', dinov2, [hidden, ...thrice(() => [probabilities, path(0.3), path(0.3)])]],
    ['beit', beit, [hidden, ...thrice((i) => [probabilities, hidden, path(0.15 * i), hidden, path(0.15 * i)])]],
  ])('%s: where transformers has its modules, at the same rates', (_, config, expected) => {
    const rates = { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.2, drop_path_rate: 0.3 }
    const classifier = classifierOf({ ...config, ...rates, ...labelFields(['a', 'b']) })
    const weights = layoutOf(config).initialWeights(2, 1)
    const tensors = Object.fromEntries(
      classifier.parameters.map(({ name, shape }) => [name, tf.tensor(weights.get(name) ?? [], [...shape])]),
    )
    const asked: unknown[] = []
    const record = (kind: string) => (x: tf.Tensor, rate: number) => {
      asked.push([kind, rate, x.shape])
      return x
    }
    const pixels = tf.zeros([n, 8, 8, 3]) as tf.Tensor4D
    classifier.features(tensors, pixels, {
      dropout: record('dropout'),
      dropPath: record('dropPath'),
      setBuffer: () => expect.fail('there is nothing to move'),
    })
    expect(asked).toEqual(expected)
  })
})

describe('what published checkpoints may lack', () => {
  const fitted = (config: (typeof families)[number], without: RegExp) => {
    const layout = layoutOf(config)
    const tensors = [...layout.parameters(2), ...layout.buffers].filter(({ name }) => !without.test(name))
    return fitCheckpoint(layout, new Map(tensors.map((t) => [t.name, t])), 2, 'keep', 'model.safetensors')
  }

  it('is filled as transformers fills it', () => {
    expect([...fitted(families[3], /mask_token/).filled]).toEqual([
      ['dinov2.embeddings.mask_token', new Float32Array(8)],
    ])
    expect([...fitted(families[4], /pooler/).filled]).toEqual([
      ['beit.pooler.layernorm.weight', new Float32Array(8).fill(1)],
      ['beit.pooler.layernorm.bias', new Float32Array(8)],
    ])
    expect(fitted(families[4], /^$/).filled.size).toBe(0)
  })

  it('is no excuse for anything else', () => {
    expect(() => fitted(families[3], /layer_scale1/)).toThrow(
      /missing: dinov2\.encoder\.layer\.0\.layer_scale1\.lambda1/,
    )
  })
})

it.each(families)('starts a zero head of $model_type at zero, with as many tensors as a drawn one', (config) => {
  const layout = layoutOf(config)
  const [zero, drawn] = [newHead(layout, 3, 'zero', 1), newHead(layout, 3, 'huggingface', 1)]
  expect([...zero].every(([, data]) => data.every((value) => value === 0))).toBe(true)
  expect([...zero].map(([name, data]) => [name, data.length])).toEqual(
    [...drawn].map(([name, data]) => [name, data.length]),
  )
  expect([...drawn].some(([, data]) => data.some((value) => value !== 0))).toBe(true)
})

it.each([
  [{ model_type: 'vit' }, 224],
  [{ model_type: 'deit', image_size: 384 }, 384],
  [{ model_type: 'dinov2', image_size: 518 }, 224],
  [{ model_type: 'beit' }, 224],
])('prepares images for %o at %i pixels where the checkpoint does not say', (config, size) => {
  const processor = parsePreprocessorConfig(layoutOf(config).preprocessor, 'preprocessor_config.json')
  expect(outputSize(processor)).toEqual({ height: size, width: size })
})

it('refuses images that are no whole number of patches, naming a size that is', () => {
  const config = { model_type: 'dinov2', image_size: 518 }
  expect(() => classifierOf(config, { image: { height: 224, width: 230 } })).toThrow(/224 × 230 pixels.*14 × 14/)
  expect(() => layoutOf(config).resizing?.({ height: 224, width: 230 })).toThrow(/14 × 14/)
  expect(classifierOf(config, { image: { height: 224, width: 238 } }).image.width).toBe(238)
})

it('ignores what only pretraining uses', () => {
  const names = [
    'beit.lm_head.weight',
    'lm_head.bias',
    'beit.encoder.layer.0.attention.attention.relative_position_index',
  ]
  const beit = layoutOf({ model_type: 'beit' })
  for (const name of [...names, 'beit.embeddings.mask_token']) expect(beit.parameterName(name), name).toBe(undefined)
  expect(layoutOf({ model_type: 'dinov2', use_mask_token: false }).parameterName('embeddings.mask_token')).toBe(
    undefined,
  )
  expect(layoutOf({ model_type: 'deit' }).parameterName('deit.pooler.dense.weight')).toBe(undefined)
})
