import { testCheckpoint, testFresh } from './family-parity.ts'

await testCheckpoint('dinov2-tiny')
await testCheckpoint('dinov2-gated')
testFresh({
  model_type: 'dinov2',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  mlp_ratio: 2,
  image_size: 28,
  patch_size: 4,
  layerscale_value: 0.5,
})
