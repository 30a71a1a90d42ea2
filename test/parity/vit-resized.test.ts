import { testCheckpoint, testMasks } from './family-parity.ts'

await testCheckpoint('vit-resized')
await testMasks('vit-resized', { hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3 })
