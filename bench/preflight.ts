import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { racyMs } from '../src/std/stat-cache.ts'

/**
 * Seconds and peak memory of loading folders of 3,000, 6,000 and 12,000 photographs: every file hashed, decoded and
 * compared with the others; then the same folder again, unchanged. `tsx bench/preflight.ts [images]`; each line is a
 * process of its own, its start not counted.
 */
const [images = resolve(import.meta.dirname, '../../shared/datasets/shoe-sandal-boot'), yaml, dir = ''] =
  process.argv.slice(2)

async function child(file: string): Promise<void> {
  const { createRegistry } = await import('../src/registry/registry.ts')
  const { loadExperiment } = await import('../src/config/load-experiment.ts')
  const { executeExperiment } = await import('../src/runner/execute.ts')
  const { openStore } = await import('../src/runner/store.ts')
  const { stages } = await import('../src/stages/index.ts')
  const { peakBytes } = await import('./peak-memory.ts')
  const experiment = await loadExperiment(file, { registry: createRegistry(stages), env: {} })
  const began = performance.now()
  const { result, thrown } = await executeExperiment({
    experiment,
    store: await openStore(join(dir, 'store')),
    runsDir: join(dir, 'runs'),
    version: '0',
    engineFacts: async () => ({}),
    createEngine: () => Promise.reject(new Error('not needed')),
    sinks: () => [],
    signal: new AbortController().signal,
  })
  if (thrown !== undefined) throw thrown
  const seconds = (performance.now() - began) / 1000
  console.log(JSON.stringify({ seconds, status: result.stages[0]?.status, peak: await peakBytes() }))
}

function measured(file: string, folder: string) {
  const args = ['--import', 'tsx', import.meta.filename, images, file, folder]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
    seconds: number
    status: string
    peak: number
  }
}

if (yaml !== undefined) await child(yaml)
else {
  const folders = readdirSync(images).map((name) => ({ name, files: readdirSync(join(images, name)).sort() }))
  for (const perClass of [1000, 2000, 4000]) {
    const folder = mkdtempSync(join(tmpdir(), 'xp-bench-'))
    try {
      for (const { name, files } of folders) {
        mkdirSync(join(folder, 'images', name), { recursive: true })
        for (const file of files.slice(0, perClass))
          symlinkSync(join(images, name, file), join(folder, 'images', name, file))
      }
      const file = join(folder, 'load.yaml')
      writeFileSync(file, 'name: load\nstages:\n  load: { uses: load/imagefolder, with: { root: images } }\n')
      await sleep(racyMs)
      for (const what of ['first', 'unchanged', 'unchanged', 'unchanged']) {
        const { seconds, status, peak } = measured(file, folder)
        console.log(
          `${String(3 * perClass).padStart(6)} images, ${what.padEnd(9)} (${status}): ${seconds.toFixed(2)} s, peak ${Math.round(peak / 1e6)} MB`,
        )
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}
