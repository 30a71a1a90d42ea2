import { testCheckpoint, testFresh, testMasks } from './family-parity.ts'

await testCheckpoint('dinov2-tiny')
await testCheckpoint('dinov2-gated')
await testMasks('dinov2-tiny', { drop_path_rate: 0.5 })
await testMasks('dinov2-tiny', { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 })
const config = {
  model_type: 'dinov2',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  mlp_ratio: 2,
  image_size: 28,
  patch_size: 4,
  layerscale_value: 0.5,
}
testFresh(config)
testFresh({ ...config, use_swiglu_ffn: true }, 'dinov2-gated')
