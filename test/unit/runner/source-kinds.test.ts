import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { loadExperiment } from '../../../src/config/load-experiment.ts'
import { XpErrors } from '../../../src/errors/xp-error.ts'
import { writeSampleImages } from '../../../src/images/shapes.ts'
import { createRegistry } from '../../../src/registry/registry.ts'
import { stages } from '../../../src/stages/index.ts'
import { type PackedEntry, tgzOf, zipOf } from '../sources/pack.ts'
import { eventsOf, execute } from './fakes.ts'
import { newPlace, temporaryFolder } from './temporary.ts'

const dir = temporaryFolder()
let entries: readonly PackedEntry[]
beforeAll(async () => {
  const images = join(dir, 'shoes')
  await writeSampleImages(images, { seed: 1, perClass: 3, size: 16 })
  entries = readdirSync(images, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(images, path)).isFile())
    .map((path) => ({ name: `shoes/${path}`, data: readFileSync(join(images, path)) }))
  writeFileSync(join(dir, 'shoes.zip'), zipOf(entries))
  writeFileSync(join(dir, 'shoes.tgz'), tgzOf(entries))
  mkdirSync(join(dir, 'other'))
})

async function experiment(stagesYaml: string) {
  const file = join(dir, 'x.yaml')
  writeFileSync(file, `name: x\nstages:\n${stagesYaml}`)
  return loadExperiment(file, { registry: createRegistry(stages), env: {} })
}
const loading = (root: string) =>
  experiment(`  load: { uses: load/imagefolder, with: { root: ${root} } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, test: 0.5 } }
`)

it('a folder and archives of it share one result, and later stages find the images of each', async () => {
  const place = newPlace()
  const statuses: Record<string, string[]> = {}
  for (const root of ['shoes', 'shoes.zip', 'shoes.tgz']) {
    const { result, thrown } = await execute(await loading(root), place)
    expect(thrown).toBeUndefined()
    statuses[root] = result.stages.map(({ status }) => status)
    const lock = JSON.parse(readFileSync(join(result.dir, 'lock.json'), 'utf8'))
    expect(lock.stages[0].pinned?.root?.sha256?.length).toBe(root === 'shoes' ? undefined : 64)
    const dataset = eventsOf(result.dir).find((event) => event.type === 'dataset')
    expect(dataset).toMatchObject({ name: root, source: join(dir, root) })
  }
  expect(statuses).toEqual({ shoes: ['ran', 'ran'], 'shoes.zip': ['hit', 'hit'], 'shoes.tgz': ['hit', 'hit'] })
  rmSync(place.store, { recursive: true })
  const alone = await execute(await loading('shoes.zip'), place)
  expect(alone.result.stages.map(({ status }) => status)).toEqual(['ran', 'ran'])
})

it('a source that is of another kind, or cannot be read, is an error at the value that names it', async () => {
  writeFileSync(join(dir, 'cut.zip'), zipOf(entries).subarray(0, 400))
  const asked = await experiment(`  load: { uses: load/imagefolder, with: { root: cut.zip } }
  model:
    uses: model/pretrained
    from: load
    with: { weights: shoes.zip }
`)
  const thrown = await execute(asked, newPlace()).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(XpErrors)
  const told = (thrown as XpErrors).errors.map(({ code, message, where }) => ({ code, message, where }))
  expect(told).toMatchObject([
    { code: 'XP_ARCHIVE_DAMAGED', where: { line: 3, column: 49 } },
    {
      code: 'XP_SOURCE_KIND',
      message: `model.weights: ${join(dir, 'shoes.zip')} is an archive (.zip, .tar, .tar.gz), and weights takes a folder or a .safetensors file or a model on the hub (owner/name)`,
      where: { line: 7, column: 22 },
    },
  ])
})
