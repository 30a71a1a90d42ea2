import type { Evaluation } from '../artifacts/evaluation.ts'
import { confusionTable, isDense } from './confusion-table.ts'
import { count, score, several, trainedLabel } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Evaluations by how far the model was trained, in the given order where that is equal. */
export const byTraining = (runs: readonly Evaluation[]): readonly Evaluation[] =>
  [...runs].sort((a, b) => a.model.trainedSteps - b.model.trainedSteps)

/** One heading each, told apart by number where training and part are the same. */
export function headings(runs: readonly Evaluation[]): readonly string[] {
  const plain = runs.map((run) => `${run.part}, ${trainedLabel(run.model)}`)
  return plain.map((text, i) =>
    plain.filter((other) => other === text).length < 2
      ? text
      : `${text} (${plain.slice(0, i + 1).filter((other) => other === text).length})`,
  )
}

/** The evaluation of the same part before any training, or of the least trained model; undefined when there is none. */
export const earlier = (runs: readonly Evaluation[], last: Evaluation): Evaluation | undefined =>
  byTraining(runs).find((run) => run.part === last.part && run.model.trainedSteps < last.model.trainedSteps)

function scoreTable(runs: readonly Evaluation[], names: readonly string[]): Markup {
  return html`<div class="scroll"><table class="wide">
<thead><tr><th class="name">evaluation</th><th>images</th><th>loss</th><th>accuracy</th><th>F1</th><th>precision</th><th>recall</th></tr></thead>
<tbody>${runs.map(
    (
      r,
      i,
    ) => html`<tr${i === runs.length - 1 && html` class="best"`}><th>${names[i]}</th><td>${count(r.predictions.length)}</td>
<td>${score(r.loss)}</td><td>${score(r.accuracy)}</td><td>${score(r.f1)}</td><td>${score(r.precision)}</td><td>${score(r.recall)}</td></tr>
`,
  )}</tbody></table></div>`
}

function classTable(run: Evaluation, before: Evaluation | undefined): Markup {
  const row = (name: string, label: number) => {
    const s = run.perClass[label]
    const old = before !== undefined && html`<td>${score(before.perClass[label]?.f1)}</td>`
    return html`<tr><th>${name}</th><td>${score(s?.precision)}</td><td>${score(s?.recall)}</td><td>${score(s?.f1)}</td>${old}
<td>${count(s?.support ?? 0)}</td></tr>
`
  }
  const old = before !== undefined && html`<td>${score(before.f1)}</td>`
  return html`<div class="scroll"><table class="wide">
<thead><tr><th class="name">class</th><th>precision</th><th>recall</th><th>F1</th>${
    before !== undefined && html`<th>F1 ${trainedLabel(before.model)}</th>`
  }<th>support</th></tr></thead>
<tbody>${run.classes.map(row)}<tr class="best"><th>weighted mean</th><td>${score(run.precision)}</td><td>${score(run.recall)}</td>
<td>${score(run.f1)}</td>${old}<td>${count(run.predictions.length)}</td></tr></tbody></table></div>`
}

/** Scores, confusion matrices side by side, and the scores of each class. `runs` are in order of training. */
export function evaluationSections(runs: readonly Evaluation[]): Markup {
  const names = headings(runs)
  const last = runs.at(-1)
  if (last === undefined) return html``
  const cards = runs.map(
    (r, i) => html`<div class="card${isDense(r.classes) ? ' whole' : ''}"><h3>${names[i]}</h3>${confusionTable(r)}</div>
`,
  )
  return html`<section>
<h2>Evaluation</h2>
<p>Precision, recall and F1 are means over the classes, weighted by their support.</p>
${scoreTable(runs, names)}
</section>
<section>
<h2>Confusion</h2>
<p>How many images of each actual class were predicted as which class. Colour is the share of the row.</p>
<div class="cards">${cards}</div>
</section>
<section>
<h2>Classes</h2>
<p>${names.at(-1)}, ${several(last.predictions.length, 'image')}.</p>
${classTable(last, earlier(runs, last))}
</section>`
}
