import type { Dataset, Example } from '../artifacts/dataset.ts'
import { samplePart } from './choose-examples.ts'
import { count } from './format.ts'
import { html, type Markup } from './markup.ts'
import { type Pictures, picture } from './picture.ts'

function countTable({ classes, parts }: Dataset): Markup {
  const names = Object.keys(parts)
  const counts = names.map((name) => {
    const perClass = classes.map(() => 0)
    for (const { label } of parts[name] ?? []) perClass[label] = (perClass[label] ?? 0) + 1
    return perClass
  })
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
  const row = (numbers: readonly number[]) => [...numbers, sum(numbers)].map((n) => html`<td>${count(n)}</td>`)
  const totals = classes.map((_, label) => sum(counts.map((c) => c[label] ?? 0)))
  const [largest, smallest] = [Math.max(...totals), Math.min(...totals)]
  const bar = (total: number) =>
    html`<td class="bar"><i style="width: ${Math.round((100 * total) / Math.max(1, largest))}%"></i></td>`
  return html`<div class="scroll"><table class="wide">
<thead><tr><th class="name">class</th>${names.map((n) => html`<th>${n}</th>`)}<th>all</th><th></th></tr></thead>
<tbody>${classes.map((name, label) => html`<tr><th>${name}</th>${row(counts.map((c) => c[label] ?? 0))}${bar(totals[label] ?? 0)}</tr>\n`)}
<tr class="best"><th>all</th>${row(counts.map(sum))}<td></td></tr></tbody>
</table></div>
${smallest > 0 && largest > smallest && html`<p class="soft">The largest class has ${(largest / smallest).toFixed(2)} times the images of the smallest.</p>`}`
}

/** Counts per class and part, and a grid of labelled samples. */
export function datasetSection(dataset: Dataset, samples: readonly Example[], pictures: Pictures): Markup {
  return html`<section>
<h2>Dataset</h2>
${countTable(dataset)}
</section>
${
  samples.length > 0 &&
  html`<section>
<h2>Samples</h2>
<p>${count(samples.length)} images of the part “${samplePart(dataset)}”, drawn at random, with their labels.</p>
<div class="grid">
${samples.map(
  (
    e,
  ) => html`<figure title="${e.file}">${picture(pictures, e.file)}<figcaption>${dataset.classes[e.label]}</figcaption></figure>
`,
)}</div>
</section>`
}`
}
