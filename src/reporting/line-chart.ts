import { type Markup, trusted } from './markup.ts'

export interface Series {
  readonly name: string
  /** A CSS colour. */
  readonly color: string
  readonly dashed?: boolean
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/**
 * Lines over epochs as inline SVG, with a rule at `best`. Values that are not finite leave a gap.
 * Equal input gives equal bytes: no marks that number their ids.
 */
export async function lineChart(series: readonly Series[], xLabel: string, best: number | undefined): Promise<Markup> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')])
  const { document } = parseHTML('<html></html>')
  const xs = [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].sort((a, b) => a - b)
  const stride = Math.ceil(xs.length / 12)
  const finite = series.map((s) => ({ ...s, points: s.points.filter((p) => Number.isFinite(p.y)) }))
  const svg = Plot.plot({
    document: document as never,
    width: 480,
    height: 260,
    marginLeft: 48,
    marginBottom: 36,
    insetTop: 6,
    insetLeft: 8,
    insetRight: 8,
    style: { background: 'none', fontSize: '12px' },
    x: {
      label: xLabel,
      ticks: xs.filter((_, i) => i % stride === 0),
      tickFormat: 'd',
      ...(xs.length === 1 ? { domain: [(xs[0] ?? 0) - 1, (xs[0] ?? 0) + 1] } : {}),
    },
    y: { label: null, grid: true, nice: true, ticks: 5 },
    marks: [
      ...(best === undefined
        ? []
        : [Plot.ruleX([best], { stroke: 'currentColor', strokeOpacity: 0.25, strokeDasharray: '2,3' })]),
      ...finite.map((s) =>
        Plot.lineY(s.points, {
          x: 'x',
          y: 'y',
          stroke: s.color,
          strokeWidth: 2,
          ...(s.dashed ? { strokeDasharray: '5,4' } : {}),
        }),
      ),
      ...finite.map((s) =>
        Plot.dot(s.points, {
          x: 'x',
          y: 'y',
          fill: s.color,
          r: xs.length > 40 ? 1.5 : 3,
          title: (p: { x: number; y: number }) => `${s.name}, ${xLabel} ${p.x}: ${p.y.toPrecision(4)}`,
        }),
      ),
    ],
  })
  return trusted(svg.outerHTML)
}
