import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/onnx-engine.ts'
import { createProject, tinyExperiment } from '../e2e/project.ts'
import { familyRuns, saveTrainedFamilies } from '../parity/families.ts'
import { imagesFolder } from '../parity/huggingface.ts'

const root = resolve(import.meta.dirname, '../..')

/** A Python with transformers: HUGGINGFACE_PYTHON, else one of its own in `.venv/huggingface`. */
function python(): string {
  if (process.env.HUGGINGFACE_PYTHON) return process.env.HUGGINGFACE_PYTHON
  const venv = join(root, '.venv/huggingface')
  const own = join(venv, 'bin/python')
  if (!existsSync(own)) execFileSync('python3', ['-m', 'venv', venv])
  const pip = [own, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const
  const [command, ...options] = pip
  // torch first and alone: transformers would otherwise be free to pick another build of it.
  execFileSync(command, [...options, 'torch==2.13.0'], { stdio: ['ignore', 'inherit', 'inherit'] })
  execFileSync(command, [...options, '-r', join(root, 'test/goldens/requirements.txt')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return own
}

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
      const said = execFileSync(python(), [join(root, 'test/goldens/check_load.py'), folder], { encoding: 'utf8' })
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
    const said = execFileSync(python(), [check, imagesFolder, folder], { encoding: 'utf8' })
    expect(Object.keys(JSON.parse(said))).toEqual(familyRuns.map(({ family }) => family))
  } finally {
    await engine.dispose()
    await rm(folder, { recursive: true })
  }
})
