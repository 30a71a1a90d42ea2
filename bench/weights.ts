import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { classifierOf } from '../src/nn/classifier.ts'
import { dtypeBytes } from '../src/std/safetensors-header.ts'
import { elementCount } from '../src/std/shape.ts'

/**
 * Peak memory and time of a ViT checkpoint on its way from its file into the engine's buffers (`load`), and through
 * `model/pretrained` (`stage`): `tsx bench/weights.ts [bytes in GB, 1 when absent]`. Every line is a process of its own;
 * "beyond" is what the peak is above the engine's float32 weights and above a process with next to no weights.
 */
const [gigabytes = '1', task, dir = '', classes = ''] = process.argv.slice(2)
const dtypes = ['F32', 'F16', 'BF16'] as const

const configOf = (layers: number) => ({
  model_type: 'vit',
  architectures: ['ViTForImageClassification'],
  image_size: 32,
  patch_size: 16,
  hidden_size: 1024,
  intermediate_size: 4096,
  num_attention_heads: 16,
  num_hidden_layers: layers,
  id2label: { 0: 'a', 1: 'b' },
})

/** Writes a checkpoint of about so many bytes; every value is small and finite in all three types. */
function writeCheckpoint(dtype: (typeof dtypes)[number], bytes: number): { folder: string; elements: number } {
  const folder = mkdtempSync(join(tmpdir(), 'xp-bench-'))
  const perLayer = 12 * 1024 * 1024 * dtypeBytes[dtype]
  const config = configOf(Math.max(1, Math.round(bytes / perLayer)))
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  const { parameters } = classifierOf(config)
  const header: Record<string, unknown> = {}
  let end = 0
  for (const { name, shape } of parameters) {
    const begin = end
    end += elementCount(shape) * dtypeBytes[dtype]
    header[name] = { dtype, shape, data_offsets: [begin, end] }
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const file = openSync(join(folder, 'model.safetensors'), 'w')
  for (const part of [length, text]) writeSync(file, part)
  // 0x2c01 is 0.0625 in F16, near 2e-12 in BF16, and 0x2c012c01 near 2e-12 in F32.
  const chunk = Buffer.alloc(64 << 20, Buffer.from([0x01, 0x2c]))
  for (let left = end; left > 0; ) left -= writeSync(file, chunk, 0, Math.min(left, chunk.length))
  closeSync(file)
  return { folder, elements: end / dtypeBytes[dtype] }
}

async function child(): Promise<void> {
  const began = performance.now()
  if (task === 'load') {
    const { readModelConfig, readModelWeights } = await import('../src/artifacts/model.ts')
    const { createOnnxRuntime } = await import('../src/runtime/onnx-runtime.ts')
    const { createOnnxEngine } = await import('../src/training/engines/onnx-engine.ts')
    const engine = createOnnxEngine(await createOnnxRuntime())
    const predictor = await engine.predictor(classifierOf(await readModelConfig(dir)), await readModelWeights(dir))
    const seconds = (performance.now() - began) / 1000
    await report(seconds)
    await predictor.dispose()
    await engine.dispose()
  } else {
    const { default: pretrained } = await import('../src/stages/model/pretrained.ts')
    const scratch = mkdtempSync(join(tmpdir(), 'xp-bench-'))
    const context = {
      params: { weights: dir, head: 'auto', headInit: 'huggingface' },
      inputs: { dataset: { classes: classes.split(','), source: '', parts: {} } },
      seed: 0,
      scratch,
      warn: () => {},
    } as unknown as Parameters<typeof pretrained.run>[0]
    await pretrained.run(context)
    await report((performance.now() - began) / 1000)
    rmSync(scratch, { recursive: true })
  }
}

async function report(seconds: number): Promise<void> {
  const { peakBytes } = await import('./peak-memory.ts')
  console.log(JSON.stringify({ seconds, peak: await peakBytes() }))
}

function measured(childTask: string, folder: string): { seconds: number; peak: number } {
  const args = ['--import', 'tsx', import.meta.filename, gigabytes, childTask, folder, 'a,b']
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

if (task !== undefined) await child()
else {
  const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`.padStart(8)
  for (const dtype of dtypes) {
    const small = writeCheckpoint(dtype, 0)
    const large = writeCheckpoint(dtype, Number(gigabytes) * 1e9)
    try {
      for (const [childTask, kept] of [
        ['load', 4],
        ['stage', 0],
      ] as const) {
        const [base, { seconds, peak }] = [measured(childTask, small.folder), measured(childTask, large.folder)]
        const size = large.elements * dtypeBytes[dtype]
        const beyond = peak - base.peak - kept * (large.elements - small.elements)
        console.log(
          `${dtype.padEnd(4)} ${childTask.padEnd(5)} file ${mega(size)}  peak ${mega(peak)}  beyond ${mega(beyond)}  ${seconds.toFixed(2)} s`,
        )
      }
    } finally {
      for (const { folder } of [small, large]) rmSync(folder, { recursive: true })
    }
  }
}
