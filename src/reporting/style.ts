/** The report's style sheet. Colours are tokens, so that dark mode and print change them in one place. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1b1f24; --soft: #5d6670; --line: #e2e4e7; --faint: #f2f3f4;
  --series-1: #2166a5; --series-2: #c2571a; --series-3: #2f8f6b; --right: #2f8f6b; --wrong: #c0392b; --heat: #2166a5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1b1f23; --ink: #e7e9eb; --soft: #9aa3ac; --line: #30363c; --faint: #22272c;
    --series-1: #6cb0ee; --series-2: #f0965a; --series-3: #5fc79d; --right: #5fc79d; --wrong: #f07167; --heat: #4a8fd0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 48px 28px 80px; }
header p { max-width: none; }
header { border-bottom: 1px solid var(--line); padding-bottom: 28px; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 20px; font-weight: 620; letter-spacing: -0.01em; margin: 0 0 4px; }
h3 { font-size: 15px; font-weight: 600; margin: 0 0 10px; overflow-wrap: anywhere; }
p { margin: 0 0 14px; max-width: 92ch; }
.soft, section > p { color: var(--soft); }
section { margin-top: 52px; }
section > h2 + * { margin-top: 14px; }
section > h2 + p { margin-top: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 14px; margin-top: 24px; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; }
.tile b { display: block; font-size: 30px; font-weight: 620; letter-spacing: -0.02em; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 18px; margin-top: 16px; }
.card { min-width: 0; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
section > table, .wide { width: 100%; }
th, td { padding: 7px 12px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 500; color: var(--soft); font-size: 13px; }
th:first-child, td:first-child { text-align: left; padding-left: 4px; }
td.name, th.name { text-align: left; white-space: normal; overflow-wrap: anywhere; }
tbody th { text-align: left; color: var(--ink); font-size: 14px; white-space: normal; overflow-wrap: anywhere; }
tr.best td, tr.best th { font-weight: 600; background: var(--faint); }
.scroll { overflow-x: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--soft); margin: 0 0 8px; padding: 0; list-style: none; }
.legend i { display: inline-block; width: 18px; height: 0; border-top: 2.5px solid currentColor; vertical-align: 4px; margin-right: 6px; }
svg { max-width: 100%; height: auto; display: block; }
.matrix { border-collapse: separate; border-spacing: 3px; margin-top: 10px; }
.matrix th { border: 0; padding: 3px 8px; max-width: 150px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.matrix thead th { text-align: center; }
.matrix tbody th { text-align: right; font-size: 13px; color: var(--soft); font-weight: 500; }
.matrix td { border: 0; border-radius: 6px; min-width: 60px; padding: 12px 6px; text-align: center; --tone: var(--heat); background: color-mix(in srgb, var(--tone) calc(var(--share) * 100%), var(--faint)); }
.matrix td.off { --tone: var(--wrong); }
.matrix td.strong { color: #fff; }
.matrix .corner { font-size: 12px; font-weight: 400; }
.whole { grid-column: 1 / -1; }
.dense { border-spacing: 1px; }
.dense td { min-width: 24px; padding: 3px 2px; border-radius: 3px; font-size: 12px; }
.dense thead th { vertical-align: bottom; padding: 3px 0; }
.dense thead span { display: inline-block; writing-mode: vertical-rl; transform: rotate(180deg); max-height: 130px; overflow: hidden; text-overflow: ellipsis; }
.dense .corner { white-space: normal; }
.draws { width: 100%; table-layout: fixed; min-width: 560px; }
.draws th, .draws td { text-align: center; border: 0; padding: 4px; }
.draws img { display: block; width: 100%; border-radius: 6px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(148px, 1fr)); gap: 14px; margin-top: 16px; }
.bar { width: 30%; min-width: 90px; }
.bar i { display: block; height: 10px; border-radius: 3px; background: var(--series-1); }
.files { margin: 0; padding: 0; list-style: none; font-size: 14px; }
.files li { padding: 3px 0; overflow-wrap: anywhere; }
.warned { border-color: var(--wrong); }
.warned h3 { color: var(--wrong); }
figure { margin: 0; min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; break-inside: avoid; }
figure .picture { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: contain; background: #fff; }
figure .absent { display: grid; place-items: center; background: var(--faint); color: var(--soft); font-size: 12px; }
figcaption { padding: 8px 10px 9px; font-size: 13px; line-height: 1.35; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
figcaption .soft { font-size: 12px; }
figure.right figcaption { border-top: 3px solid var(--right); }
figure.wrong figcaption { border-top: 3px solid var(--wrong); }
.mark { font-weight: 700; }
.right .mark { color: var(--right); }
.wrong .mark { color: var(--wrong); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; overflow-x: auto; font: 12.5px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
#run h3 { margin-top: 28px; }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --faint: #f2f3f4; --series-1: #2166a5; --series-2: #c2571a; --series-3: #2f8f6b; --right: #2f8f6b; --wrong: #c0392b; --heat: #2166a5; }
  body { font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section { margin-top: 28px; }
  h2 { break-after: avoid; }
  .card, tr { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
`
