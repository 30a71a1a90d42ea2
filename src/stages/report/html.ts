import { join } from 'node:path'
import { Type } from 'typebox'
import { Evaluation } from '../../artifacts/evaluation.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { Report } from '../../artifacts/report.ts'
import { TrainingHistory } from '../../artifacts/training-history.ts'
import { many, optional } from '../../registry/artifact.ts'
import { defineStage } from '../../registry/stage.ts'

/** Longer edge of a thumbnail in pixels; twice its size on the page, for sharp screens. */
const thumbnailPixels = 256
const atOnce = 4

export default defineStage({
  uses: 'report/html',
  version: 2,
  summary: 'Write one self-contained HTML page: samples, training curves, scores, confusion matrices, predictions.',
  params: Type.Object(
    {
      title: Type.String({ description: 'Heading of the page.', default: 'Image classification', minLength: 1 }),
      sampleCount: Type.Integer({
        description: 'Labelled sample images to show.',
        default: 18,
        minimum: 0,
        maximum: 500,
      }),
      predictionCount: Type.Integer({
        description: 'Images to show with their actual and predicted label.',
        default: 24,
        minimum: 0,
        maximum: 500,
      }),
    },
    { additionalProperties: false },
  ),
  inputs: { runs: many(Evaluation), training: optional(TrainingHistory), data: ProcessedImages },
  outputs: { report: Report },
  metrics: {},
  needs: ['seed'],
  async run(ctx) {
    const [{ thumbnail }, choose, { byTraining }, { reportPage }] = await Promise.all([
      import('../../images/thumbnail.ts'),
      import('../../reporting/choose-examples.ts'),
      import('../../reporting/evaluation-section.ts'),
      import('../../reporting/report-page.ts'),
    ])
    const { title, sampleCount, predictionCount } = ctx.params
    const { data, training } = ctx.inputs
    const runs = byTraining(ctx.inputs.runs)
    const samples = choose.chooseSamples(data.dataset, sampleCount, ctx.seed)
    const predictions = choose.choosePredictions(runs.at(-1)?.predictions ?? [], predictionCount, ctx.seed)

    const files = [...new Set([...samples, ...predictions].map(({ file }) => file))]
    const folder = ctx.locate(data.dataset.source)
    const pictures = new Map<string, string>()
    for (let i = 0; i < files.length; i += atOnce) {
      ctx.signal.throwIfAborted()
      ctx.progress(i, files.length, 'images')
      const made = files.slice(i, i + atOnce).map(async (file) => {
        try {
          const jpeg = await thumbnail(join(folder, file), thumbnailPixels)
          pictures.set(file, `data:image/jpeg;base64,${jpeg.toString('base64')}`)
        } catch (error) {
          // The scores are worth a page also where an image went missing since they were made.
          ctx.warn(`no picture of ${file}: ${(error as Error).message}`)
        }
      })
      await Promise.all(made)
    }
    ctx.progress(files.length, files.length, 'images')
    return { report: { html: await reportPage({ title, data, runs, training, samples, predictions, pictures }) } }
  },
})
