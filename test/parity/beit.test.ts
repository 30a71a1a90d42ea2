import { testCheckpoint, testFresh, testMasks } from './family-parity.ts'

await testCheckpoint('beit-tiny')
await testCheckpoint('beit-shared')
await testMasks('beit-tiny', { drop_path_rate: 0.5 })
await testMasks('beit-shared', { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 })
testFresh({
  model_type: 'beit',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  image_size: 16,
  patch_size: 4,
  use_relative_position_bias: true,
  use_mask_token: true,
})
