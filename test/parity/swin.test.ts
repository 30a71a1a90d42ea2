import { testCheckpoint, testFresh } from './family-parity.ts'

await testCheckpoint('swin-tiny')
await testCheckpoint('swin-ragged')
testFresh({
  model_type: 'swin',
  image_size: 16,
  patch_size: 2,
  embed_dim: 8,
  depths: [1, 2],
  num_heads: [2, 2],
  window_size: 4,
  use_absolute_embeddings: true,
})
