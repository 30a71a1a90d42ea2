/**
 * Images per second of an epoch that decodes, of one that reads materialized images, and of writing them, in turns; each
 * loader is opened anew, as a run does. Decoding also by a loader's second epoch, from its 128 MiB of shared memory.
 *
 *   tsx bench/materialize.ts --images ../shared/datasets/shoe-sandal-boot --count 600 --size 224
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ProcessedImages } from '../src/artifacts/processed-images.ts'
import { hasImageExtension } from '../src/images/format.ts'
import { openImages } from '../src/images/loader.ts'
import { materializeImages } from '../src/images/materialize.ts'
import { parsePreprocessorConfig } from '../src/images/preprocessor-config.ts'
import { sha256 } from '../src/std/hash.ts'

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '../shared/datasets/shoe-sandal-boot' },
    count: { type: 'string', default: '600' },
    size: { type: 'string', default: '224' },
    rounds: { type: 'string', default: '5' },
  },
})
const root = flags.images
const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(hasImageExtension).sort()
const every = Math.max(1, Math.floor(found.length / Number(flags.count)))
const files = found.filter((_, i) => i % every === 0).slice(0, Number(flags.count))
if (files.length === 0) throw new Error(`no images in ${root}`)
const all = files.map((file) => ({ file, sha256: sha256(readFileSync(join(root, file))), label: 0 }))
const onTheFly: ProcessedImages = {
  dataset: { classes: ['any'], source: '', parts: { all } },
  processor: parsePreprocessorConfig({ size: Number(flags.size) }, 'preprocessor_config.json'),
  augmentation: { horizontalFlip: 0 },
}
const folder = mkdtempSync(join(tmpdir(), 'xp-bench-'))
const materialized: ProcessedImages = { ...onTheFly, materialized: { file: join(folder, 'images.npy') } }
const { signal } = new AbortController()

/** Images per second of each of some epochs of one loader, its start left out, and a digest of the pixels. */
async function epochs(data: ProcessedImages, count: number): Promise<{ rates: number[]; pixels: string }> {
  const loader = openImages(data, { root, workers: undefined })
  const rates: number[] = []
  const digests: string[] = []
  for await (const _ of loader.batches(all.slice(0, 8), { batchSize: 8, signal }));
  for (let epoch = 0; epoch < count; epoch++) {
    const began = performance.now()
    const batches = loader.batches(all, { batchSize: 32, signal })
    if (epoch !== 1) for await (const _ of batches);
    else
      for await (const { pixels } of batches) digests.push(sha256(new Uint8Array(pixels.buffer, 0, pixels.byteLength)))
    if (epoch !== 1) rates.push((all.length * 1000) / (performance.now() - began))
  }
  await loader.close()
  return { rates, pixels: sha256(digests.join()) }
}

const seen = { writing: [] as number[], decoding: [] as number[], reading: [] as number[], again: [] as number[] }
const pixels = new Set<string>()
try {
  for (let round = 0; round < Number(flags.rounds); round++) {
    const began = performance.now()
    const quiet = { signal, onSize: () => undefined, onProgress: () => undefined }
    await materializeImages(onTheFly, root, materialized.materialized?.file ?? '', quiet)
    seen.writing.push((all.length * 1000) / (performance.now() - began))
    // The second epoch takes digests and is not timed.
    const decoded = await epochs(onTheFly, 3)
    const read = await epochs(materialized, 3)
    seen.decoding.push(decoded.rates[0] ?? 0)
    seen.again.push(decoded.rates[1] ?? 0)
    seen.reading.push(read.rates[0] ?? 0, read.rates[1] ?? 0)
    pixels.add(decoded.pixels).add(read.pixels)
  }
  if (pixels.size > 1) throw new Error('materialized images have other pixels')
  const { size } = statSync(materialized.materialized?.file ?? '')
  process.stdout.write(`${all.length} images at ${flags.size}², file ${(size / 1e6).toFixed(0)} MB, equal pixels\n`)
  for (const [name, rates] of Object.entries(seen)) {
    const median = [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
    process.stdout.write(`${name.padEnd(9)} ${median.toFixed(0)} images/s (best ${Math.max(...rates).toFixed(0)})\n`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
