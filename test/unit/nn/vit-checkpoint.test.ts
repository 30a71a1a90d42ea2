import { expect, it } from 'vitest'
import { labelFields, labelsOf } from '../../../src/artifacts/model-config.ts'
import { mapCheckpoint } from '../../../src/nn/checkpoint.ts'
import { classifierOf } from '../../../src/nn/classifier.ts'
import { headRows, takeRows } from '../../../src/nn/pretrained.ts'
import { vitParameterName } from '../../../src/nn/vit/checkpoint.ts'

it('lists the 200 tensors of ViT-B, 85.8 million numbers without the head', () => {
  const { parameters, image } = classifierOf({ model_type: 'vit', ...labelFields(['a', 'b', 'c']) })
  expect(parameters).toHaveLength(200)
  const backbone = parameters.filter(({ name }) => !name.startsWith('classifier'))
  expect(backbone.reduce((sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1), 0)).toBe(85_798_656)
  expect(image).toEqual({ height: 224, width: 224, channels: 3 })
})

it('decays everything but biases and norms, as the Trainer does', () => {
  const { parameters } = classifierOf({ model_type: 'vit', num_hidden_layers: 1 })
  expect(parameters.filter((p) => p.decay).map((p) => p.name)).toEqual([
    'vit.embeddings.cls_token',
    'vit.embeddings.position_embeddings',
    'vit.embeddings.patch_embeddings.projection.weight',
    'vit.encoder.layer.0.attention.attention.query.weight',
    'vit.encoder.layer.0.attention.attention.key.weight',
    'vit.encoder.layer.0.attention.attention.value.weight',
    'vit.encoder.layer.0.attention.output.dense.weight',
    'vit.encoder.layer.0.intermediate.dense.weight',
    'vit.encoder.layer.0.output.dense.weight',
    'classifier.weight',
  ])
})

it.each([
  ['embeddings.cls_token', 'vit.embeddings.cls_token'],
  ['vit.layers.10.attention.q_proj.bias', 'vit.encoder.layer.10.attention.attention.query.bias'],
  ['layers.0.attention.o_proj.weight', 'vit.encoder.layer.0.attention.output.dense.weight'],
  ['vit.layers.3.mlp.fc2.weight', 'vit.encoder.layer.3.output.dense.weight'],
  ['vit.encoder.layer.3.output.dense.weight', 'vit.encoder.layer.3.output.dense.weight'],
  ['classifier.weight', 'classifier.weight'],
  ['pooler.dense.weight', undefined],
  ['vit.embeddings.mask_token', undefined],
])('it spells %s as %s', (spelled, name) => expect(vitParameterName(spelled)).toBe(name))

it('sorts tensors into found, missing, unexpected and mismatched; a second spelling is unexpected', () => {
  const parameters = ['a', 'b', 'c'].map((name) => ({ name, shape: [2], decay: true, layer: 0, head: false }))
  const tensors = new Map([
    ['A', { shape: [2] }],
    ['a', { shape: [2] }],
    ['b', { shape: [3] }],
    ['d', { shape: [2] }],
    ['drop', { shape: [1] }],
  ])
  const mapped = mapCheckpoint(parameters, tensors, (name) => (name === 'drop' ? undefined : name.toLowerCase()))
  expect([...mapped.found.keys()]).toEqual(['a'])
  expect(mapped.missing).toEqual(['c'])
  expect(mapped.unexpected).toEqual(['a', 'd'])
  expect(mapped.mismatched).toEqual([{ name: 'b', expected: [2], found: [3] }])
})

it('takes head rows by name when both name the same classes, else by position', () => {
  expect(headRows(['x', 'y', 'z'], ['z', 'x', 'y'])).toEqual([2, 0, 1])
  expect(headRows(['x', 'y', 'z'], ['z', 'x', 'other'])).toEqual([0, 1, 2])
  expect(Array.from(takeRows(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 0, 1]))).toEqual([5, 6, 1, 2, 3, 4])
})

it('reads labels in label order, ten and more too, and fills in what transformers leaves out', () => {
  const names = Array.from({ length: 12 }, (_, i) => `class ${12 - i}`)
  expect(labelsOf({ model_type: 'vit', ...labelFields(names) })).toEqual(names)
  expect(labelsOf({ model_type: 'vit' })).toEqual(['LABEL_0', 'LABEL_1'])
  expect(() => labelsOf({ model_type: 'vit', id2label: { 0: 'a', 2: 'b' } })).toThrow(/id2label/)
})
