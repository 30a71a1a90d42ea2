import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import type { XpError } from '../../../../src/errors/xp-error.ts'
import { classifierOf } from '../../../../src/nn/classifier.ts'
import { layoutOf, resizingOf } from '../../../../src/nn/families.ts'
import { type FileModel, modelOfFile } from '../../../../src/nn/own/model-of-file.ts'
import { tryOut } from '../../../../src/nn/own/try-out.ts'

const file = '/models/mine.ts'
const image = { height: 8, width: 8 }
const labels = ['boot', 'sandal', 'shoe']

/** A model file with this code at line 10 and these extras. */
const fileWith = ({ code = '', top = '', parameters = '', head = '', answer = 'tf.mean(x, [1, 2])' } = {}) => `\
import { defineModel } from 'xp'
import type { Something } from './types-are-erased.ts'
${top}
interface Unused { readonly a: Something }
export default defineModel(({ labels, tf }) => ({
  features: {
    parameters: { 'conv.weight': { shape: [3, 3, 3, 4], normal: 0.1 }, ${parameters} },
    buffers: { seen: { shape: [4], fill: 2 } },
    forward(t, pixels, mode) { let x: any = tf.conv2d(pixels, t['conv.weight'] as any, 1, 'same')
      ${code}
      return ${answer}
    },
  },
  head: {
    parameters: { 'head.weight': { shape: [4, labels.length], uniform: 0.5, layer: 9 }, 'head.bias': { shape: [labels.length], fill: 1 } ${head} },
    forward: (t, x) => tf.add(tf.matMul(x, t['head.weight']), t['head.bias']),
  },
}))
`
const made = (text: string, known?: readonly string[]): FileModel => modelOfFile({ file, text }, known, image)
function failure(text: string): XpError {
  try {
    tryOut(made(text).classifier, file)
  } catch (error) {
    return error as XpError
  }
  throw new Error('it did not fail')
}

it('knows names, shapes, depths, decay and the head, and draws from the seed', () => {
  const model = made(
    fileWith({ parameters: `'block.weight': { shape: [4, 1], normal: 0.1, layer: 2, decay: false }` }),
    labels,
  )
  expect(model.classifier).toMatchObject({
    family: 'xp-function',
    image: { height: 8, width: 8, channels: 3 },
    labels,
    parameters: [
      { name: 'conv.weight', shape: [3, 3, 3, 4], decay: true, layer: 0, head: false },
      { name: 'block.weight', shape: [4, 1], decay: false, layer: 2, head: false },
      { name: 'head.weight', shape: [4, 3], decay: true, layer: 3, head: true },
      { name: 'head.bias', shape: [3], decay: false, layer: 3, head: true },
    ],
    buffers: [{ name: 'seen', shape: [4], dtype: 'float32' }],
  })
  const [one, again, other] = [model.initialValues(1), model.initialValues(1), model.initialValues(2)]
  expect(one).toEqual(again)
  expect(one.get('conv.weight')).not.toEqual(other.get('conv.weight'))
  expect(one.get('seen')).toEqual(Float32Array.of(2, 2, 2, 2))
  expect(one.get('head.bias')).toEqual(Float32Array.of(1, 1, 1))
  expect(Math.max(...(one.get('head.weight') ?? []).map(Math.abs))).toBeLessThanOrEqual(0.5)
})

it('is whole in its config: the same classifier is made of that, at its own size only', () => {
  const { classifier, fields } = made(fileWith(), labels)
  const config = { ...fields, image_size: [8, 8], id2label: { 0: 'boot', 1: 'sandal', 2: 'shoe' } }
  expect(fields).toEqual({ model_type: 'xp-function', file: 'mine.ts', source: fileWith() })
  const again = classifierOf(config, { where: '/saved' })
  expect(again.parameters).toEqual(classifier.parameters)
  expect(again.labels).toEqual(labels)
  const other = { height: 16, width: 8 }
  expect(() => classifierOf(config, { image: other })).toThrow(/takes images of 8 × 8 pixels, not of 8 × 16/)
  expect(() => resizingOf(config, other, 'config.json')).toThrow(/takes images of 8 × 8 pixels/)
  expect(resizingOf(config, image, 'config.json')).toBeUndefined()
  expect(() => layoutOf(config)).toThrow(/no checkpoint to start from/)
  expect(() => classifierOf({ ...config, source: 3 })).toThrow(/"source" is 3/)
  expect(() => classifierOf({ ...config, model_type: 'tfjs-layers' })).toThrow(/"topology"/)
})

it('takes any TypeScript, whatever lies between the lines', () => {
  const text = `enum Rate { Low = 2 }\n${fileWith({ code: 'x = tf.mul(x, Rate.Low) satisfies object' })}`
  tryOut(made(text).classifier, file)
  const shifted = text.replace('satisfies object', ', tf.nothing()')
  expect(failure(shifted).message).toBe(`${file}:11: tf.nothing is not a function`)
})

it.each<[string, Parameters<typeof fileWith>[0], string, string]>([
  [
    'an op without a rule',
    { code: 'x = tf.image.flipLeftRight(x)' },
    'XP_NO_RULE',
    'FlipLeftRight, called at /models/mine.ts:10,',
  ],
  [
    'an op without a gradient',
    { code: 'x = tf.mul(x, tf.cumprod(x))' },
    'XP_NO_GRADIENT',
    'Cumprod, called at /models/mine.ts:10,',
  ],
  [
    'random numbers',
    { code: 'x = tf.dropout(x, 0.5)' },
    'XP_FROZEN_RANDOMNESS',
    'tf.dropout, called at /models/mine.ts:10,',
  ],
  ['reading values', { code: 'if (x.dataSync()[0] > 1) x = tf.relu(x)' }, 'XP_READ_DURING_TRACE', 'mine.ts:10,'],
  [
    'a wrong shape',
    { code: 'x = tf.reshape(x, [3, 7])' },
    'XP_UNFIT_OPERANDS',
    'Reshape, called at /models/mine.ts:10,',
  ],
  ['a misspelt name', { code: 'x = tf.mul(x, t.nope)' }, 'XP_MODEL_FILE_FAILED', '/models/mine.ts:10: '],
  ['an exception', { code: "throw new Error('mine')" }, 'XP_MODEL_FILE_FAILED', '/models/mine.ts:10: mine'],
  ['an exception that is no error', { code: "throw 'mine'" }, 'XP_MODEL_FILE_FAILED', '/models/mine.ts: mine'],
  ['a syntax error', { code: 'x = = 3' }, 'XP_MODEL_FILE_FAILED', '/models/mine.ts:10: Unexpected token'],
  [
    'another import',
    { top: "import fs from 'node:fs'", code: 'x = fs' },
    'XP_MODEL_IMPORT',
    '/models/mine.ts:3: a model file cannot import "node:fs"',
  ],
  [
    'an idle parameter',
    { parameters: 'unused: { shape: [3], fill: 0 }' },
    'XP_IDLE_PARAMETERS',
    'do not depend on unused',
  ],
  ['a broken shape', { parameters: 'w: { shape: [3, 0.5], fill: 0 }' }, 'XP_BAD_OWN_MODEL', 'the shape of "w"'],
  ['no first values', { parameters: 'w: { shape: [3] }' }, 'XP_BAD_OWN_MODEL', '"w" needs one number to start from'],
  [
    'two kinds of first values',
    { parameters: 'w: { shape: [3], fill: 0, normal: 1 }' },
    'XP_BAD_OWN_MODEL',
    '"w" needs one number',
  ],
  [
    'a name twice',
    { head: ", 'conv.weight': { shape: [1], fill: 0 }" },
    'XP_BAD_OWN_MODEL',
    'two tensors are named "conv.weight"',
  ],
  [
    'an unknown buffer',
    { code: "mode?.setBuffer('nope', tf.mean(x, [0, 1, 2]))" },
    'XP_BAD_OWN_MODEL',
    'setBuffer names "nope"',
  ],
  [
    'a buffer of another shape',
    { code: "mode?.setBuffer('seen', x)" },
    'XP_BAD_OWN_MODEL',
    'setBuffer gives "seen" the shape [2,8,8,4]',
  ],
  [
    'features that are no matrix',
    { answer: 'x' },
    'XP_BAD_OWN_MODEL',
    'features.forward gives [2, 8, 8, 4] for 2 images',
  ],
])('refuses %s before work starts, and says where', (_, extras, code, words) => {
  const error = failure(fileWith(extras))
  expect(error).toMatchObject({ code, exit: 'config' })
  expect(error.message).toContain(words)
  expect(error.hint).toMatch(/\w{3}/)
})

it.each([
  ['export const a = 1', 'XP_NO_MODEL_EXPORTED'],
  ['export default { features: 3 }', 'XP_NO_MODEL_EXPORTED'],
  ['export default () => 3', 'XP_BAD_OWN_MODEL'],
  ['export default async () => 3', 'XP_BAD_OWN_MODEL'],
  ['export default () => ({ features: { parameters: {}, forward: 3 } })', 'XP_BAD_OWN_MODEL'],
])('refuses what is no model: %s', (text, code) => {
  expect(failure(text).code).toBe(code)
})

it('refuses a head of another number of labels once they are known', () => {
  const text = fileWith().replaceAll('labels.length', '5')
  tryOut(made(text).classifier, file)
  const { classifier } = made(text, labels)
  expect(() => tryOut(classifier, file)).toThrow(
    'head.forward gives [2, 5] for 2 images, not [images, labels] (3 labels)',
  )
})

it('takes a model of tf.layers for the model, with its own number of labels before they are known', () => {
  const text = `import * as tf from '@tensorflow/tfjs'
export default tf.sequential({ layers: [
  tf.layers.globalAveragePooling2d({ inputShape: [8, 8, 3] }),
  tf.layers.dense({ units: 5, kernelRegularizer: 'l1l2', activation: 'softmax' }),
] })
`
  const { classifier, fields, warning } = made(text)
  expect(classifier.parameters.map(({ name, decay, head }) => [name, decay, head])).toEqual([
    ['dense_Dense1/kernel', true, true],
    ['dense_Dense1/bias', false, true],
  ])
  expect(fields).toMatchObject({ model_type: 'tfjs-layers', topology: { className: 'Sequential' } })
  expect(fields.source).toBeUndefined()
  expect(warning).toContain('kernelRegularizer')
  expect(() => made(text, labels)).toThrow('it gives [5], not one number for each of 3 labels')
  expect(made(text.replace('5', '3'), labels).classifier.parameters).toHaveLength(2)
  expect(() => made(text.replace("'softmax'", "'sigmoid'"))).toThrow('its last layer ends in sigmoid')
  expect(() => made(text.replace('[8, 8, 3]', '[8, 8, 4]'))).toThrow('it does not take one input [height, width, 3]')
})

it('tells depth by the layers that have weights, and keeps moving statistics as buffers', () => {
  const text = `export default ({ tf, image, labels }) => tf.sequential({ layers: [
  tf.layers.conv2d({ inputShape: [image.height, image.width, 3], filters: 2, kernelSize: 3 }),
  tf.layers.reLU(),
  tf.layers.batchNormalization({ name: 'norm' }),
  tf.layers.globalAveragePooling2d({}),
  tf.layers.dense({ units: 4, name: 'hidden' }),
  tf.layers.dense({ units: labels.length, name: 'out' }),
] })
`
  const { classifier } = made(text, labels)
  expect(classifier.parameters.map(({ name, layer, decay, head }) => [name, layer, decay, head])).toEqual([
    ['conv2d_Conv2D1/kernel', 0, true, false],
    ['conv2d_Conv2D1/bias', 0, false, false],
    ['norm/gamma', 1, false, false],
    ['norm/beta', 1, false, false],
    ['hidden/kernel', 2, true, false],
    ['hidden/bias', 2, false, false],
    ['out/kernel', 3, true, true],
    ['out/bias', 3, false, true],
  ])
  expect(classifier.buffers.map(({ name }) => name)).toEqual(['norm/moving_mean', 'norm/moving_variance'])
  expect(made(text, labels).fields).toEqual(made(text, labels).fields)
})

it('leaves no model running on the trace backend', () => {
  expect(tf.getBackend()).not.toBe('xp-trace')
})
