import { testCheckpoint, testFresh, testMasks } from './family-parity.ts'

await testCheckpoint('deit-tiny')
await testCheckpoint('deit-teacher')
await testMasks('deit-teacher', { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 })
const config = {
  model_type: 'deit',
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 32,
  image_size: 16,
  patch_size: 4,
}
testFresh(config)
testFresh({ ...config, architectures: ['DeiTForImageClassificationWithTeacher'] }, 'deit-teacher')
