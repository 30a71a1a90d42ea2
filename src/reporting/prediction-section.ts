import type { Evaluation } from '../artifacts/evaluation.ts'
import type { Prediction } from './choose-examples.ts'
import { count, percent, several } from './format.ts'
import { html, type Markup } from './markup.ts'
import { type Pictures, picture } from './picture.ts'

/** A grid of images with their actual and their predicted label. */
export function predictionSection(run: Evaluation, shown: readonly Prediction[], pictures: Pictures): Markup {
  if (shown.length === 0) return html``
  const wrong = run.predictions.filter((p) => p.actual !== p.predicted).length
  const figure = (p: Prediction) => {
    const right = p.actual === p.predicted
    return html`<figure class="${right ? 'right' : 'wrong'}" title="${p.file}">${picture(pictures, p.file)}<figcaption>
<div><span class="mark">${right ? '✓' : '✗'}</span> ${run.classes[p.predicted]}</div>
<div class="soft">actual: ${run.classes[p.actual]}</div><div class="soft">${percent(p.confidence)} sure</div></figcaption></figure>
`
  }
  return html`<section>
<h2>Predictions</h2>
<p>${several(wrong, 'error')} in ${count(run.predictions.length)} images of the part “${run.part}”. The errors the model was surest of come first, then some it got right.</p>
<div class="grid">
${shown.map(figure)}</div>
</section>`
}
