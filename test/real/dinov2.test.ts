import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProject, type Project } from '../e2e/project.ts'
import { realImages, realWeights, skippedFor } from './real-data.ts'

const [weights, images] = [realWeights('dinov2-small'), realImages()]
const has = weights !== undefined && images !== undefined

let project: Project
beforeEach(() => {
  project = createProject()
})
afterEach(() => project.remove())

describe.skipIf(!has)(skippedFor('DINOv2-S, pretrained, on photographs of shoes', has), () => {
  it('a linear probe on 450 images of 140 pixels is right for nine of ten others', { timeout: 600_000 }, async () => {
    project.write(
      'probe.yaml',
      `name: probe
seed: 42
stages:
  load: { uses: load/imagefolder, with: { root: ${JSON.stringify(images)}, imagesPerClass: 250 } }
  split: { uses: split/stratified, from: load, with: { train: 0.6, test: 0.4 } }
  model: { uses: model/pretrained, from: { dataset: split }, with: { weights: ${JSON.stringify(weights)}, head: new } }
  transform: { uses: transform/image-processor, from: { dataset: split, model: model } }
  features: { uses: features/backbone, from: { model: model, data: transform }, with: { parts: [train] } }
  train:
    uses: train/head
    from: { model: model, features: features }
    with: { epochs: 200, batchSize: 50, optimizer: sgd, momentum: 0.9, learningRate: 0.03, bestBy: last }
  evaluate: { uses: evaluate/classification, from: { model: train, data: transform } }
`,
    )
    const { code, stdout, stderr } = await project.xp('run', 'probe.yaml', '--json')
    expect(code, stderr).toBe(0)
    const { metrics } = JSON.parse(stdout)
    expect(metrics['split/train']).toBe(450)
    // scikit-learn's LogisticRegression on the same features: 0.91.
    expect(metrics['test/accuracy']).toBeGreaterThanOrEqual(0.9)
  })
})
