import type { Dataset } from '../artifacts/dataset.ts'
import { elongation, type Listed } from '../artifacts/inspection.ts'
import { type AlikeSet, alikeSets, mostSets, shownOf } from './alike.ts'
import { count, several } from './format.ts'
import { html, type Markup } from './markup.ts'
import { type Pictures, picture } from './picture.ts'

const shownFiles = 5

/** The first of a list of files, and how many more there are. */
function some<T>({ count: all, first }: Listed<T>, text: (item: T) => Markup): Markup {
  const shown = first.slice(0, shownFiles)
  return html`<ul class="files">${shown.map((item) => html`<li>${text(item)}</li>`)}${
    all > shown.length && html`<li class="soft">and ${count(all - shown.length)} more</li>`
  }</ul>`
}

const code = (file: string) => html`<code>${file}</code>`

function facts({ inspection }: Dataset): Markup | undefined {
  if (inspection === undefined) return undefined
  const { width, height, modes, unreadable, small, elongated } = inspection
  const sides = [width, height].map(
    ({ smallest, median, largest }) =>
      html`<td>${count(smallest)}</td><td>${count(median)}</td><td>${count(largest)}</td>`,
  )
  const said = Object.entries(modes).map(([mode, n]) => html`<li>${mode}: ${several(n ?? 0, 'image')}</li>`)
  const row = (title: string, list: Markup, n: number) =>
    n > 0 && html`<div class="card"><h3>${title}: ${count(n)}</h3>${list}</div>`
  return html`<div class="cards">
<div class="card"><h3>Size in pixels</h3><table><thead><tr><th></th><th>smallest</th><th>median</th><th>largest</th></tr></thead>
<tbody><tr><th>width</th>${sides[0]}</tr><tr><th>height</th>${sides[1]}</tr></tbody></table></div>
<div class="card"><h3>Mode of the files</h3><ul class="files">${said}</ul></div>
${row(
  'Not readable, left out',
  some(unreadable, ({ file, reason }) => html`${code(file)}: ${reason}`),
  unreadable.count,
)}
${row('Under a quarter of the usual size', some(small, code), small.count)}
${row(`One side over ${elongation} times the other`, some(elongated, code), elongated.count)}
</div>`
}

function said({ leaks, conflicts }: AlikeSet): string | undefined {
  if (leaks && conflicts) return 'in several parts and classes'
  return leaks ? 'in several parts' : conflicts ? 'in several classes' : undefined
}

function setOf(set: AlikeSet, pictures: Pictures): Markup {
  const shown = shownOf(set)
  const warning = said(set)
  const more = set.images.length - shown.length
  return html`<div class="card${warning === undefined ? '' : ' warned'}"><h3>${several(set.images.length, 'image')}${
    warning !== undefined && `, ${warning}`
  }</h3>
<div class="grid">${shown.map(
    ({ file, label, part }) =>
      html`<figure title="${file}">${picture(pictures, file)}<figcaption>${label}<br><span class="soft">${part} · ${file}</span></figcaption></figure>
`,
  )}</div>${more > 0 && html`<p class="soft">and ${count(more)} more</p>`}</div>
`
}

function alike(dataset: Dataset, pictures: Pictures): Markup | undefined {
  const sets = alikeSets(dataset)
  if (sets.length === 0) return undefined
  const leaking = sets.filter(({ leaks }) => leaks).length
  const conflicting = sets.filter(({ conflicts }) => conflicts).length
  const images = sets.reduce((sum, set) => sum + set.images.length, 0)
  const also = [
    leaking > 0 && `${several(leaking, 'set')} in several parts, so that a model is scored on what it was trained on`,
    conflicting > 0 && `${several(conflicting, 'set')} in several classes, so that a label is wrong`,
  ].filter((text) => text !== false)
  const more = sets.length - mostSets
  return html`<section>
<h2>Images that are alike</h2>
<p>${several(images, 'image')} equal or nearly equal to others, in ${several(sets.length, 'set')}${also.map((text) => `; ${text}`)}.</p>
<div class="cards">
${sets.slice(0, mostSets).map((set) => setOf(set, pictures))}</div>
${more > 0 && html`<p class="soft">${several(more, 'more set')} not shown.</p>`}
</section>`
}

/** What opening every image has shown of a dataset: sizes, modes, what was left out, and images that are alike. */
export function inspectionSection(dataset: Dataset, pictures: Pictures): Markup {
  const found = facts(dataset)
  return html`${
    found !== undefined &&
    html`<section>
<h2>What the files are</h2>
${found}
</section>`
  }
${alike(dataset, pictures)}`
}
