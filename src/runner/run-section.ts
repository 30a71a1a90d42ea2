import type { StageSummary } from '../registry/events.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)

const row = ({ id, uses, status, reason, ms }: StageSummary) =>
  `<tr><td>${escapeHtml(id)}</td><td><code>${escapeHtml(uses)}</code></td><td>${status}</td>` +
  `<td>${escapeHtml(reason)}</td><td class="number">${(ms / 1000).toFixed(1)}</td></tr>`

/** The part of a report that belongs to the run: what ran and why, and the resolved experiment. */
export const runSection = (runId: string, stages: readonly StageSummary[], resolvedYaml: string): string =>
  `<section id="run"><h2>Run ${escapeHtml(runId)}</h2>
<table><thead><tr><th>stage</th><th>uses</th><th>status</th><th>reason</th><th>seconds</th></tr></thead>
<tbody>
${stages.map(row).join('\n')}
</tbody></table>
<h3>Resolved experiment</h3>
<pre>${escapeHtml(resolvedYaml)}</pre>
</section>`
