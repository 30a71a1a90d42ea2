import { escapeText } from './markup.ts'

const cell = 64
const margin = { left: 150, top: 44, right: 16, bottom: 96 }

/** Fill strength of a cell: its share of the row, so that classes of any size compare. */
export const shade = (row: readonly number[], column: number): number => {
  const total = row.reduce((sum, n) => sum + n, 0)
  return total === 0 ? 0 : (row[column] ?? 0) / total
}

const clip = (text: string) => (text.length > 20 ? `${text.slice(0, 19)}…` : text)

/** A confusion matrix (`[actual][predicted]`, counts) as a stand-alone SVG picture. */
export function confusionSvg(classes: readonly string[], confusion: readonly (readonly number[])[]): string {
  const size = classes.length * cell
  const [width, height] = [margin.left + size + margin.right, margin.top + size + margin.bottom]
  const parts: string[] = []
  for (const [r, row] of confusion.entries()) {
    for (const [c, count] of row.entries()) {
      const share = shade(row, c)
      const [x, y] = [margin.left + c * cell, margin.top + r * cell]
      const fill = r === c ? '#2f6f9f' : '#b4532a'
      parts.push(
        `<rect x="${x}" y="${y}" width="${cell - 2}" height="${cell - 2}" fill="${fill}" fill-opacity="${share.toFixed(3)}" stroke="#d0d4da"/>`,
        `<text x="${x + cell / 2 - 1}" y="${y + cell / 2 + 4}" text-anchor="middle" fill="${share > 0.55 ? '#fff' : '#1d2329'}">${count}</text>`,
      )
    }
  }
  for (const [i, name] of classes.entries()) {
    const middle = i * cell + cell / 2
    const label = escapeText(clip(name))
    const [x, y] = [margin.left + middle, margin.top + size + 16]
    parts.push(
      `<text x="${margin.left - 8}" y="${margin.top + middle + 4}" text-anchor="end" fill="#1d2329">${label}</text>`,
      `<text x="${x}" y="${y}" text-anchor="end" fill="#1d2329" transform="rotate(-35 ${x} ${y})">${label}</text>`,
    )
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="24" fill="#5b6570">rows: actual, columns: predicted</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}
