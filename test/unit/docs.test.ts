import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { referencePage } from '../../docs/generate-reference.ts'
import { commands } from '../../src/commands/index.ts'
import { modelTypes } from '../../src/nn/families.ts'
import { stages } from '../../src/stages/index.ts'

const root = resolve(import.meta.dirname, '../..')
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'bench/NOTES.md',
  'docs/guide.md',
  'docs/reference.md',
  'docs/own-models.md',
  'docs/models.md',
  'docs/images.md',
  'docs/datasets.md',
  'docs/splits.md',
  'docs/hub.md',
  'docs/cache.md',
  'docs/plugins.md',
  'docs/runs.md',
  'docs/experiments.md',
  'docs/weights.md',
  'docs/augmentation.md',
]
const textOf = (page: string) => readFileSync(join(root, page), 'utf8')

it('every link of the documentation leads somewhere', () => {
  const links = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => ({ page, to })),
  )
  const broken = links.filter(
    ({ page, to }) =>
      !/^https?:/.test(to) &&
      !existsSync(join(root, to.startsWith('#') ? page : join(dirname(page), to.split('#', 1)[0] ?? ''))),
  )
  expect(broken).toEqual([])
  expect(links.length).toBeGreaterThan(40)
})

it('the reference is what the stages declare', () => {
  expect(textOf('docs/reference.md')).toBe(referencePage())
  for (const { uses } of stages) expect(textOf('docs/reference.md')).toContain(`\n## ${uses}\n`)
})

it('the architecture fits on two pages', () => {
  expect(textOf('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(120)
})

it('the table of layers names every folder of the sources', () => {
  const architecture = textOf('ARCHITECTURE.md')
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of folders) expect(architecture).toContain(`\`src/${name}\``)
  expect(folders.length).toBeGreaterThan(10)
})

it('the table of models has a row for each family, measured in full', () => {
  const rows = textOf('docs/models.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  expect(rows.map((cells) => cells[1]).sort()).toEqual(modelTypes.map((name) => `\`${name}\``).sort())
  for (const cells of rows) expect(cells.join('|')).not.toMatch(/NaN|not measured|differ|undefined/)
})

it('the README shows the quickstart as it is', () => {
  const block = /```yaml\n(.*?)```/s.exec(textOf('README.md'))?.[1]
  expect(block).toBe(textOf('experiments/quickstart.yaml'))
})

it('the README names every command, and the npm scripts it and the notes name exist', () => {
  const readme = textOf('README.md')
  const ids = Object.keys(commands)
  for (const id of ids) expect(readme).toContain(`\`xp ${id.replace(':', ' ')}`)
  expect(ids.length).toBeGreaterThanOrEqual(9)
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
  const named = pages.flatMap((page) => [...textOf(page).matchAll(/npm run ([\w:-]+)/g)].map((m) => m[1] ?? ''))
  for (const name of named) expect(Object.keys(scripts)).toContain(name)
  expect(named.length).toBeGreaterThan(0)
})
