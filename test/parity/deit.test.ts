import { testCheckpoint, testFresh } from './family-parity.ts'

await testCheckpoint('deit-tiny')
await testCheckpoint('deit-teacher')
testFresh({
  model_type: 'deit',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  image_size: 16,
  patch_size: 4,
})
