import type { Evaluation } from '../artifacts/evaluation.ts'
import { shade } from './confusion-svg.ts'
import { count, percent } from './format.ts'
import { html, type Markup } from './markup.ts'

/** A table of more classes than this cannot be read; the most frequent confusions are listed instead. */
const mostClasses = 40
const mostPairs = 20
/** A table of more classes than this takes the whole width, with small cells and upright column heads. */
const mostRoomyClasses = 10

export const isDense = (classes: readonly string[]): boolean => classes.length > mostRoomyClasses

/** Rows are actual classes, columns predicted ones; colour is the share of the row. */
export function confusionTable({ classes, confusion }: Pick<Evaluation, 'classes' | 'confusion'>): Markup {
  if (classes.length > mostClasses) return confusedPairs({ classes, confusion })
  const cell = (row: readonly number[], r: number, n: number, c: number) => {
    const share = shade(row, c)
    const kind = `${r === c ? '' : 'off'}${share > 0.55 ? ' strong' : ''}`.trim()
    const title = `${percent(share)} of ${classes[r]} predicted as ${classes[c]}`
    return html`<td class="${kind}" style="--share:${share.toFixed(3)}" title="${title}">${count(n)}</td>`
  }
  return html`<table class="matrix${isDense(classes) ? ' dense' : ''}">
<thead><tr><th class="corner">actual ↓ predicted →</th>${classes.map((c) => html`<th title="${c}"><span>${c}</span></th>`)}</tr></thead>
<tbody>${confusion.map(
    (row, r) => html`<tr><th title="${classes[r]}">${classes[r]}</th>${row.map((n, c) => cell(row, r, n, c))}</tr>
`,
  )}</tbody></table>`
}

function confusedPairs({ classes, confusion }: Pick<Evaluation, 'classes' | 'confusion'>): Markup {
  const pairs = confusion.flatMap((row, r) =>
    row.flatMap((n, c) => (r === c || n === 0 ? [] : [{ actual: classes[r], predicted: classes[c], n }])),
  )
  const worst = pairs.sort((a, b) => b.n - a.n).slice(0, mostPairs)
  return html`<p class="soft">${count(classes.length)} classes: the ${worst.length} most frequent confusions.</p>
<table class="wide"><thead><tr><th class="name">actual</th><th class="name">predicted</th><th>images</th></tr></thead>
<tbody>${worst.map((p) => html`<tr><th>${p.actual}</th><td class="name">${p.predicted}</td><td>${count(p.n)}</td></tr>`)}</tbody></table>`
}
