import type { Augmentation } from '../artifacts/processed-images.ts'
import { count, several } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Data URIs of one training image: unchanged, and as training sees it in its first epochs. */
export interface AugmentedExample {
  readonly file: string
  readonly label: string
  readonly plain: string
  readonly drawn: readonly string[]
}

/** `randAugment: ops 2, magnitude 9`; what is off is left out. */
function described(augmentation: Augmentation): string {
  const said = Object.entries(augmentation).flatMap(([name, value]) => {
    if (value === 0) return []
    if (typeof value !== 'object') return [value === true ? name : `${name} ${value}`]
    const fields = Object.entries(value as object).map(([key, v]) => `${key} ${number(v)}`)
    return [`${name} (${fields.join(', ')})`]
  })
  return said.join(' · ')
}

const number = (v: unknown) => (Array.isArray(v) ? v.map((x) => Number(Number(x).toFixed(3))).join(' to ') : String(v))

/** Some training images beside what random changes make of them; nothing where there is none to show. */
export function augmentationSection(
  augmentation: Augmentation,
  examples: readonly AugmentedExample[],
): Markup | undefined {
  const draws = examples[0]?.drawn.length ?? 0
  if (draws === 0) return undefined
  const image = (uri: string, alt: string) => html`<img src="${uri}" alt="${alt}">`
  return html`<section>
<h2>Augmentation</h2>
<p>${described(augmentation)}. ${several(examples.length, 'training image')} as the model gets ${examples.length === 1 ? 'it' : 'them'}: unchanged, and in the first ${several(draws, 'epoch')}.</p>
<div class="scroll"><table class="draws">
<thead><tr><th>unchanged</th>${Array.from({ length: draws }, (_, i) => html`<th>epoch ${count(i + 1)}</th>`)}</tr></thead>
<tbody>${examples.map(
    ({ file, label, plain, drawn }) =>
      html`<tr title="${file}"><td>${image(plain, `${label}, unchanged`)}</td>${drawn.map((uri, i) => html`<td>${image(uri, `${label}, epoch ${i + 1}`)}</td>`)}</tr>
`,
  )}</tbody>
</table></div>
</section>`
}
