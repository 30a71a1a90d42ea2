/**
 * Writes docs/models.md: what the parity suite measures for each family, beside the speed and memory that
 * `npm run bench:train-step -- --record` put into bench/models.json.
 *
 *   npm run gen:models -- venv/bin/python
 *
 * Python needs torch and transformers of test/goldens/requirements.txt.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Measured } from '../../bench/record.ts'
import { createOnnxRuntime } from '../../src/runtime/onnx-runtime.ts'
import { createOnnxEngine } from '../../src/training/engines/onnx-engine.ts'
import { familyRuns, resumesToTheSameBits, saveTrainedFamilies } from './families.ts'
import { goldenRun, imagesFolder, type OurRun, type RunName } from './huggingface.ts'

const root = join(import.meta.dirname, '../..')
const python = process.argv[2]
if (python === undefined) throw new Error('say which Python has transformers')

const scratch = await mkdtemp(join(tmpdir(), 'xp-models-'))
const engine = createOnnxEngine(await createOnnxRuntime({ threads: 1 }))
try {
  const runs = await saveTrainedFamilies(engine, scratch)
  const script = join(root, 'test/goldens/check_logits.py')
  const inPython = JSON.parse(execFileSync(python, [script, imagesFolder, scratch], { encoding: 'utf8' })) as Record<
    string,
    number
  >
  const recorded = JSON.parse(await readFile(join(root, 'bench/models.json'), 'utf8')) as readonly Measured[]
  const rows: string[][] = []
  for (const { family, run } of familyRuns) {
    const ours = runs.get(family) as OurRun
    const trained = recorded.filter((r) => r.family === family && r.task === 'train')
    const each = (of: 'ratio' | 'memoryRatio') =>
      trained.map((r) => `${r.model}, ${r.batch}: ${r[of].toFixed(2)}`).join('<br>') || 'not measured'
    rows.push([
      `\`${family}\``,
      exponent(largestDifference(ours.logitsBefore, goldenRun(run).logitsBefore.flat())),
      exponent(largestRelative(run, ours)),
      (await resumesToTheSameBits(engine, family)) ? 'equal' : '**differ**',
      `load, ${exponent(inPython[family] ?? Number.NaN)}`,
      each('ratio'),
      each('memoryRatio'),
    ])
  }
  await writeFile(join(root, 'docs/models.md'), page(rows, recorded))
} finally {
  await engine.dispose()
  await rm(scratch, { recursive: true })
}

function page(rows: readonly (readonly string[])[], recorded: readonly Measured[]): string {
  const header = ['family', 'logits', 'loss curve', 'resume', 'saved weights in Python', 'speed ×', 'memory ×']
  const speedHeader = ['model', 'task', 'batch', 'xp images/s', 'PyTorch images/s', 'speed ×', 'memory ×']
  const speeds = recorded.map((r) => [
    ...[r.model, r.task === 'train' ? 'training step' : 'scoring', String(r.batch)],
    ...[r.imagesPerSecond, r.torchImagesPerSecond, r.ratio, r.memoryRatio].map((value) => value.toPrecision(3)),
  ])
  return `# Models

Written by \`npm run gen:models\`; the parity suite (\`test/parity/huggingface.test.ts\`) holds every number but the last
two to its tolerance. Each family in a small configuration, on the compiled engine, against transformers:

- **logits**: largest difference on twelve images before training (bound 1e-4);
- **loss curve**: largest relative difference of loss and gradient norm over three epochs of the real \`Trainer\`, same
  images, checkpoint and arguments (bound 1e-3);
- **resume**: weights and moments after an interruption, against an undisturbed training, bit by bit;
- **saved weights in Python**: the trained folder through \`from_pretrained\`, no key missing or unexpected, and the largest
  difference of its logits from xp's (bound 1e-4);
- **speed ×**, **memory ×**: a training step of a whole model at a batch size beside PyTorch's, as below.

${table(header, rows)}

## Beside PyTorch

fp32 on two CPU cores, both sides in turns in one run (\`npm run bench:all\`, machine and versions in
[bench/NOTES.md](../bench/NOTES.md)): images per second in the fastest step of each, and the peak memory of both processes.

${table(speedHeader, speeds)}
`
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

function exponent(value: number): string {
  return value.toExponential(1)
}

function largestDifference(a: ArrayLike<number>, b: readonly number[]): number {
  return Math.max(...b.map((value, i) => Math.abs(value - (a[i] ?? Number.NaN))))
}

function largestRelative(run: RunName, ours: OurRun): number {
  return Math.max(
    ...goldenRun(run).steps.flatMap(([loss, norm], k) => {
      const step = ours.steps[k]
      return [
        Math.abs((step?.loss ?? Number.NaN) - loss) / loss,
        Math.abs((step?.gradNorm ?? Number.NaN) - norm) / norm,
      ]
    }),
  )
}
