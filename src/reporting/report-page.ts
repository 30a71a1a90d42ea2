import type { Example } from '../artifacts/dataset.ts'
import type { Evaluation } from '../artifacts/evaluation.ts'
import type { ProcessedImages } from '../artifacts/processed-images.ts'
import { runSlot } from '../artifacts/report.ts'
import type { TrainingHistory } from '../artifacts/training-history.ts'
import { type AugmentedExample, augmentationSection } from './augmentation-section.ts'
import type { Prediction } from './choose-examples.ts'
import { datasetSection } from './dataset-section.ts'
import { earlier, evaluationSections } from './evaluation-section.ts'
import { count, score, several, trainedLabel } from './format.ts'
import { inspectionSection } from './inspection-section.ts'
import { html, type Markup, trusted } from './markup.ts'
import type { Pictures } from './picture.ts'
import { predictionSection } from './prediction-section.ts'
import { style } from './style.ts'
import { trainingSection } from './training-section.ts'

export interface ReportContent {
  readonly title: string
  readonly data: ProcessedImages
  /** In order of training; the last one is the result. */
  readonly runs: readonly Evaluation[]
  readonly training: TrainingHistory | undefined
  readonly samples: readonly Example[]
  readonly augmented: readonly AugmentedExample[]
  /** Of the last evaluation. */
  readonly predictions: readonly Prediction[]
  readonly pictures: Pictures
}

function tiles(runs: readonly Evaluation[]): Markup {
  const last = runs.at(-1)
  if (last === undefined) return html``
  const before = earlier(runs, last)
  const tile = (title: string, field: 'accuracy' | 'f1' | 'loss') =>
    html`<div class="tile"><span>${title}</span><b>${score(last[field])}</b><span>${
      before === undefined ? '\u00a0' : `${score(before[field])} ${trainedLabel(before.model)}`
    }</span></div>
`
  return html`<div class="tiles">${tile(`${last.part} accuracy`, 'accuracy')}${tile(`${last.part} F1`, 'f1')}${tile(
    `${last.part} loss`,
    'loss',
  )}</div>`
}

function facts({ data: { dataset, processor }, runs }: ReportContent): string {
  const parts = Object.entries(dataset.parts)
  const total = parts.reduce((sum, [, examples]) => sum + examples.length, 0)
  const size = processor.doCenterCrop
    ? processor.cropSize
    : 'height' in processor.size
      ? processor.size
      : { height: processor.size.shortestEdge, width: processor.size.shortestEdge }
  const last = runs.at(-1)
  return [
    several(dataset.classes.length, 'class', 'classes'),
    several(total, 'image'),
    ...(parts.length > 1 ? [parts.map(([name, examples]) => `${name} ${count(examples.length)}`).join(', ')] : []),
    `${size.height} × ${size.width} px`,
    ...(last === undefined ? [] : [`model ${trainedLabel(last.model)}, weights from ${last.model.initialisedFrom}`]),
  ].join(' · ')
}

/** The whole report: one HTML page that loads nothing, with the place where the runner puts what belongs to the run. */
export async function reportPage(content: ReportContent): Promise<string> {
  const { title, data, runs, training, samples, augmented, predictions, pictures } = content
  const last = runs.at(-1)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="soft">${facts(content)}</p>
${tiles(runs)}
</header>
${datasetSection(data.dataset, samples, pictures)}
${inspectionSection(data.dataset, pictures)}
${augmentationSection(data.augmentation, augmented)}
${training !== undefined && (await trainingSection(training))}
${evaluationSections(runs)}
${last !== undefined && predictionSection(last, predictions, pictures)}
${trusted(runSlot)}
</main>
</body>
</html>
`
  return page.text
}
