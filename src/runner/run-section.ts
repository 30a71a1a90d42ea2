import type { StageSummary } from '../registry/events.ts'
import { html, type Markup } from '../reporting/markup.ts'

const row = ({ id, uses, status, reason, ms }: StageSummary): Markup => html`<tr><td class="name">${id}</td>
<td class="name"><code>${uses}</code></td><td class="name">${status}</td><td class="name">${reason}</td>
<td>${(ms / 1000).toFixed(1)}</td></tr>`

/** The part of a report that belongs to the run: what ran and why, and the resolved experiment. */
export const runSection = (runId: string, stages: readonly StageSummary[], resolvedYaml: string): string =>
  html`<section id="run">
<h2>Run ${runId}</h2>
<div class="scroll"><table class="wide">
<thead><tr><th class="name">stage</th><th class="name">uses</th><th class="name">status</th>
<th class="name">reason</th><th>seconds</th></tr></thead>
<tbody>${stages.map(row)}</tbody>
</table></div>
<h3>Resolved experiment</h3>
<pre>${resolvedYaml}</pre>
</section>`.text
