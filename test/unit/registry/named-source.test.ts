import { expect, it } from 'vitest'
import { FilePath, namedSource, TreePath } from '../../../src/registry/params.ts'

const weights = TreePath({ description: 'Weights.', sources: ['folder', 'hubModel'] })
const images = TreePath({ description: 'Images.', sources: ['folder', 'hubDataset'] })
const repo = TreePath({ description: 'Repository.', sources: ['hubDataset'] })
const folder = TreePath({ description: 'Folder.' })
const [nothing, something] = [() => false, () => true]

it.each([
  [weights, 'google/vit-base-patch16-224-in21k', 'hf://google/vit-base-patch16-224-in21k'],
  [weights, 'google/vit@v1.0', 'hf://google/vit@v1.0'],
  [weights, 'hf://google/vit', 'hf://google/vit'],
  [images, 'hf://datasets/o/n', 'hf://datasets/o/n'],
  [repo, 'owner/shoes@main/data', 'hf://datasets/owner/shoes@main/data'],
  [repo, 'hf://datasets/owner/shoes', 'hf://datasets/owner/shoes'],
])('%# %s is a place on the hub', (schema, value, place) => {
  expect(namedSource(schema, value, nothing)).toBe(place)
})

it.each(['weights', './google/vit', '../google/vit', '/google/vit', 'a/b/c', 'google/', 'google/vit base'])(
  'weights: %s is a path',
  (value) => {
    expect(namedSource(weights, value, nothing)).toBeUndefined()
  },
)

it('a path that is there goes before an id; what takes no model takes no id', () => {
  expect(namedSource(weights, 'google/vit', something)).toBeUndefined()
  expect(namedSource(images, 'owner/shoes', nothing)).toBeUndefined()
  expect(namedSource(folder, 'owner/shoes', nothing)).toBeUndefined()
  expect(namedSource(FilePath({ description: 'File.' }), 'hf://o/n', nothing)).toBeUndefined()
})
