import { testCheckpoint, testFresh, testMasks } from './family-parity.ts'

await testCheckpoint('convnext-tiny')
await testCheckpoint('convnext-plain')
await testMasks('convnext-tiny', { drop_path_rate: 0.5 })
testFresh({ model_type: 'convnext', num_stages: 2, hidden_sizes: [8, 12], depths: [1, 2], patch_size: 2 })
