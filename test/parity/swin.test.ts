import { testCheckpoint, testFresh, testMasks } from './family-parity.ts'

await testCheckpoint('swin-tiny')
await testCheckpoint('swin-ragged')
await testMasks('swin-tiny', { drop_path_rate: 0.5 })
await testMasks('swin-tiny', { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 })
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
