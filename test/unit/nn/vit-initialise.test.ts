import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { vitConfigOf } from '../../../src/nn/vit/config.ts'
import { initialVitHead, initialVitWeights } from '../../../src/nn/vit/initialise.ts'
import { vitParameters } from '../../../src/nn/vit/parameters.ts'

const golden = (path: string) => JSON.parse(readFileSync(new URL(`../../goldens/${path}`, import.meta.url), 'utf8'))
const config = vitConfigOf({
  model_type: 'vit',
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 40,
  image_size: 16,
  patch_size: 8,
})

it('draws bit for bit the weights that transformers draws for a fresh ViT', () => {
  const { seed, weights } = golden('vit-fresh.json')
  const parameters = vitParameters(config, 3)
  const ours = initialVitWeights(config, parameters, seed)
  expect([...ours.keys()].sort()).toEqual(Object.keys(weights).sort())
  for (const { name, shape } of parameters) {
    const values = ours.get(name) ?? expect.fail(name)
    expect(weights[name].shape, name).toEqual(shape)
    expect([...values.subarray(0, 4)], name).toEqual(weights[name].first)
    expect(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'), name).toBe(weights[name].sha256)
  }
})

it('draws the head that from_pretrained gives a bare checkpoint', () => {
  const bare = vitConfigOf(golden('vit-bare/config.json'))
  const head = initialVitHead(bare, vitParameters(bare, 3), 42)
  const { head: expected } = golden('vit-bare/expected.json')
  expect([...(head.get('classifier.weight') ?? [])]).toEqual(expected.flat())
  expect(head.get('classifier.bias')).toEqual(new Float32Array(3))
  expect(head.size).toBe(2)
})

it('draws other weights for another seed', () => {
  const [one, two] = [1, 2].map((seed) => initialVitWeights(config, vitParameters(config, 3), seed))
  expect(one?.get('classifier.weight')).not.toEqual(two?.get('classifier.weight'))
})
