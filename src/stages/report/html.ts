import { join } from 'node:path'
import { Type } from 'typebox'
import type { Example } from '../../artifacts/dataset.ts'
import { Evaluation } from '../../artifacts/evaluation.ts'
import { ProcessedImages } from '../../artifacts/processed-images.ts'
import { Report } from '../../artifacts/report.ts'
import { TrainingHistory } from '../../artifacts/training-history.ts'
import { many, optional } from '../../registry/artifact.ts'
import { defineStage, type StageContext } from '../../registry/stage.ts'
import type { AugmentedExample } from '../../reporting/augmentation-section.ts'

/** Longer edge of a thumbnail in pixels; twice its size on the page, for sharp screens. */
const thumbnailPixels = 256
const atOnce = 4
/** Draws that are shown of each augmented image: those of the first epochs. */
const draws = 5

export default defineStage({
  uses: 'report/html',
  version: 4,
  summary: 'Write one self-contained HTML page: the data, training curves, scores, confusion matrices, predictions.',
  params: Type.Object(
    {
      title: Type.String({ description: 'Heading of the page.', default: 'Image classification', minLength: 1 }),
      sampleCount: Type.Integer({
        description: 'Labelled sample images to show.',
        default: 18,
        minimum: 0,
        maximum: 500,
      }),
      augmentedCount: Type.Integer({
        description: 'Training images to show beside their random changes, where there are any.',
        default: 4,
        minimum: 0,
        maximum: 100,
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
    const [{ thumbnail }, { alikeSets, mostSets, shownOf }, choose, { byTraining }, { reportPage }] = await Promise.all(
      [
        import('../../images/thumbnail.ts'),
        import('../../reporting/alike.ts'),
        import('../../reporting/choose-examples.ts'),
        import('../../reporting/evaluation-section.ts'),
        import('../../reporting/report-page.ts'),
      ],
    )
    const { title, sampleCount, augmentedCount, predictionCount } = ctx.params
    const { data, training } = ctx.inputs
    const runs = byTraining(ctx.inputs.runs)
    const samples = choose.chooseSamples(data.dataset, sampleCount, ctx.seed)
    const predictions = choose.choosePredictions(runs.at(-1)?.predictions ?? [], predictionCount, ctx.seed)

    const alike = alikeSets(data.dataset).slice(0, mostSets).flatMap(shownOf)
    const files = [...new Set([...samples, ...predictions, ...alike].map(({ file }) => file))]
    const folder = ctx.locate(data.dataset.source)
    const pictures = new Map<string, string>()
    for (let i = 0; i < files.length; i += atOnce) {
      ctx.signal.throwIfAborted()
      ctx.progress(i, files.length, 'images')
      const made = files.slice(i, i + atOnce).map(async (file) => {
        try {
          const jpeg = await thumbnail(join(folder, file), thumbnailPixels)
          pictures.set(file, jpegUri(jpeg))
        } catch (error) {
          // The scores are worth a page also where an image went missing since they were made.
          ctx.warn(`no picture of ${file}: ${(error as Error).message}`)
        }
      })
      await Promise.all(made)
    }
    ctx.progress(files.length, files.length, 'images')
    const augmented = await augmentedExamples(ctx, choose.chooseSamples(data.dataset, augmentedCount, ctx.seed))
    const content = { title, data, runs, training, samples, augmented, predictions, pictures }
    return { report: { html: await reportPage(content) } }
  },
})

type Seen = Pick<
  StageContext<unknown, { data: typeof ProcessedImages }, Record<never, never>>,
  'seed' | 'locate' | 'warn'
>

/** The draws of examples of the part that is trained on, each as training sees it. */
async function augmentedExamples(
  ctx: Seen & { readonly inputs: { readonly data: ProcessedImages } },
  examples: readonly Example[],
): Promise<readonly AugmentedExample[]> {
  const { data } = ctx.inputs
  const { isAugmented, preview } = await import('../../images/augmentation/preview.ts')
  if (!isAugmented(data.augmentation)) return []
  const { samplePart } = await import('../../reporting/choose-examples.ts')
  const { dataset } = data
  const shown: AugmentedExample[] = []
  for (const example of examples) {
    const index = (dataset.parts[samplePart(dataset)] ?? []).indexOf(example)
    const keys = Array.from({ length: draws }, (_, epoch) => ({ seed: ctx.seed, epoch, index }))
    try {
      const { plain, drawn } = await preview(
        join(ctx.locate(dataset.source), example.file),
        data,
        keys,
        thumbnailPixels,
      )
      const label = dataset.classes[example.label] ?? ''
      shown.push({ file: example.file, label, plain: jpegUri(plain), drawn: drawn.map(jpegUri) })
    } catch (error) {
      ctx.warn(`no random changes of ${example.file}: ${(error as Error).message}`)
    }
  }
  return shown
}

const jpegUri = (jpeg: Buffer) => `data:image/jpeg;base64,${jpeg.toString('base64')}`
