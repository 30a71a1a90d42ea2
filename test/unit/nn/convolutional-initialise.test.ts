import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { layoutOf } from '../../../src/nn/families.ts'

const golden = (path: string) => JSON.parse(readFileSync(new URL(`../../goldens/${path}`, import.meta.url), 'utf8'))

const configs = {
  resnet: { model_type: 'resnet', embedding_size: 8, hidden_sizes: [16, 32], depths: [1, 2] },
  bit: { model_type: 'bit', embedding_size: 8, hidden_sizes: [32, 64], depths: [1, 2], num_groups: 8 },
}

describe.each(Object.entries(configs))('%s', (family, config) => {
  const layout = layoutOf(config)
  const parameters = layout.parameters(3)
  const { seed, weights, head, decays } = golden(`${family}-fresh.json`)

  it('draws bit for bit the weights that transformers draws, under its names, buffers included', () => {
    const ours = layout.initialWeights(3, seed)
    expect([...ours.keys()].sort()).toEqual(Object.keys(weights).sort())
    const ofBuffers = new Set(layout.buffers.filter(({ dtype }) => dtype === 'int64').map(({ name }) => name))
    for (const { name, shape } of [...parameters, ...layout.buffers]) {
      const values = ours.get(name) ?? expect.fail(name)
      expect(weights[name].shape, name).toEqual(shape)
      expect([...values.subarray(0, 4)], name).toEqual(weights[name].first)
      if (ofBuffers.has(name)) continue
      expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'), name).toBe(weights[name].sha256)
    }
  })

  it('draws the head that from_pretrained gives a bare model', () => {
    const ours = layout.initialHead(3, seed)
    expect([...ours.keys()]).toEqual(['classifier.1.weight', 'classifier.1.bias'])
    expect([...(ours.get('classifier.1.weight') ?? [])]).toEqual(head.weight)
    expect([...(ours.get('classifier.1.bias') ?? [])]).toEqual(head.bias)
  })

  it('decays what the Trainer decays', () => {
    expect(parameters.filter(({ decay }) => decay).map(({ name }) => name)).toEqual(decays)
  })

  it('counts the stem as layer 0, each block as one, what follows as the last', () => {
    expect([...new Set(parameters.map(({ layer }) => layer))]).toEqual([0, 1, 2, 3, 4])
    expect(parameters.filter((p) => p.head).map(({ name }) => name)).toEqual([
      'classifier.1.weight',
      'classifier.1.bias',
    ])
    expect(parameters.filter((p) => p.head).every(({ layer }) => layer === 4)).toBe(true)
  })

  it('finds the tensors of a bare model, of a classifier, and a head', () => {
    const name = parameters[0]?.name ?? ''
    expect(layout.parameterName(name)).toBe(name)
    expect(layout.parameterName(name.replace(`${family}.`, ''))).toBe(name)
    expect(layout.parameterName('classifier.1.bias')).toBe('classifier.1.bias')
  })
})

it.each([
  ['resnet', { hidden_act: 'gelu' }, 'hidden_act'],
  ['resnet', { depths: [1] }, 'depths'],
  ['resnet', { layer_type: 'fancy' }, 'layer_type'],
  ['resnet', { num_channels: 1 }, 'num_channels'],
  ['bit', { global_padding: 'reflect' }, 'global_padding'],
  ['bit', { hidden_sizes: [60], depths: [1] }, 'hidden_sizes'],
  ['bit', { width_factor: 2 }, 'width_factor'],
  ['bit', { layer_type: 'bottleneck', output_stride: 16 }, 'output_stride'],
  ['bit', { num_groups: 3 }, 'num_groups'],
])('a %s with %o names the field', (model_type, fields, field) => {
  expect(() => layoutOf({ model_type, ...fields })).toThrow(`"${field}"`)
})

it('sizes of the published models: ResNet-50 has 25.6 million parameters, BiT-50 25.5', () => {
  const count = (model_type: string) =>
    layoutOf({ model_type })
      .parameters(1000)
      .reduce((sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1), 0)
  expect(count('resnet')).toBe(25_557_032)
  expect(count('bit')).toBe(25_549_352)
})
