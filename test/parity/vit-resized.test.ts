import { testCheckpoint } from './family-parity.ts'

await testCheckpoint('vit-resized')
