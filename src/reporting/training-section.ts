import type { EpochRow, TrainingHistory } from '../artifacts/training-history.ts'
import { score, several } from './format.ts'
import { lineChart, type Series } from './line-chart.ts'
import { html, type Markup } from './markup.ts'

const lines = (
  epochs: readonly EpochRow[],
  wanted: readonly (readonly [name: string, color: string, field: keyof EpochRow, dashed?: boolean])[],
): readonly Series[] =>
  wanted
    .map(([name, color, field, dashed = false]) => ({
      name,
      color,
      dashed,
      points: epochs.flatMap((e) => (e[field] === undefined ? [] : [{ x: e.epoch, y: e[field] }])),
    }))
    .filter((s) => s.points.length > 0)

async function chart(title: string, series: readonly Series[], best: number): Promise<Markup | undefined> {
  if (series.length === 0) return undefined
  const key = series.map((s) => {
    const dash = s.dashed === true && html`;border-top-style:dashed`
    return html`<li><i style="color:${s.color}${dash}"></i>${s.name}</li>`
  })
  return html`<div class="card"><h3>${title}</h3><ul class="legend">${key}</ul>${await lineChart(series, 'epoch', best)}</div>`
}

const chosenBy: Readonly<Record<TrainingHistory['bestMetric'], string>> = {
  loss: 'it has the lowest validation loss',
  accuracy: 'it has the highest validation accuracy',
  f1: 'it has the highest validation F1',
  precision: 'it has the highest validation precision',
  recall: 'it has the highest validation recall',
  last: 'it is the last one',
}

/** Loss, accuracy and F1 per epoch, as plots and as a table. */
export async function trainingSection({ epochs, bestEpoch, bestMetric }: TrainingHistory): Promise<Markup> {
  const loss = lines(epochs, [
    ['training loss', 'var(--series-1)', 'trainLoss'],
    ['validation loss', 'var(--series-2)', 'validationLoss'],
  ])
  const scores = lines(epochs, [
    ['validation accuracy', 'var(--series-1)', 'validationAccuracy'],
    ['validation F1 (weighted)', 'var(--series-3)', 'validationF1', true],
  ])
  const row = (
    e: EpochRow,
  ) => html`<tr${e.epoch === bestEpoch && html` class="best"`}><td>${e.epoch}</td><td>${e.step}</td>
<td>${e.learningRate.toExponential(2)}</td><td>${score(e.trainLoss)}</td><td>${score(e.validationLoss)}</td>
<td>${score(e.validationAccuracy)}</td><td>${score(e.validationF1)}</td></tr>
`
  return html`<section>
<h2>Training</h2>
<p>${several(epochs.length, 'epoch')}. The model of epoch ${bestEpoch} was kept: ${chosenBy[bestMetric]}.</p>
<div class="cards">${await chart('Loss', loss, bestEpoch)}${await chart('Accuracy and F1', scores, bestEpoch)}</div>
<div class="scroll" style="margin-top:18px"><table class="wide">
<thead><tr><th>epoch</th><th>step</th><th>learning rate</th><th>training loss</th><th>validation loss</th><th>accuracy</th><th>F1</th></tr></thead>
<tbody>${epochs.map(row)}</tbody>
</table></div>
</section>`
}
