import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { racyMs } from '../src/std/stat-cache.ts'

/**
 * Seconds of a whole `xp run`, the process's start included, over folders of 12,000 and 100,000 images in which nothing
 * changed: load, split, two models. `npm run build && tsx bench/no-op-run.ts [counts]`
 */
const bin = resolve(import.meta.dirname, '../bin/xp.js')
const counts = process.argv[2] === undefined ? [12_000, 100_000] : process.argv[2].split(',').map(Number)
const rounds = 7

/** A picture of 8 × 8 pixels that no other index has. */
function picture(index: number): Buffer {
  const pixels = Buffer.alloc(8 * 8 * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(index + 1, 2_654_435_761 + i * 97) >>> 24
  pixels.writeUInt32LE(index, 0)
  return Buffer.concat([Buffer.from('P6 8 8 255\n'), pixels])
}

function experiment(dir: string, images: number): void {
  for (let label = 0; label < 4; label++) {
    mkdirSync(join(dir, 'images', `class-${label}`), { recursive: true })
    for (let i = label; i < images; i += 4) writeFileSync(join(dir, 'images', `class-${label}`, `${i}.ppm`), picture(i))
  }
  writeFileSync(join(dir, 'package.json'), '{}')
  const model = 'uses: model/vit, from: split, with: { imageSize: 32, patchSize: 8, hiddenSize: 32, layers: 2, heads: 2'
  writeFileSync(
    join(dir, 'no-op.yaml'),
    `name: no-op
stages:
  load: { uses: load/imagefolder, with: { root: images } }
  split: { uses: split/stratified, from: load, with: { train: 0.64, validation: 0.16, test: 0.2 } }
  one: { ${model} } }
  two: { ${model}, qkvBias: false } }
`,
  )
}

/** Seconds and peak memory in MB of one run, which GNU's `time` tells. */
function run(dir: string) {
  const began = performance.now()
  const args = ['-f', '%M', process.execPath, bin, 'run', 'no-op.yaml', '--json']
  const { status, stdout, stderr } = spawnSync('time', args, { cwd: dir, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const statuses = (JSON.parse(stdout) as { stages: { status: string }[] }).stages.map((stage) => stage.status)
  const peakMb = Number(stderr.trim().split('\n').at(-1)) / 1024
  return { seconds: (performance.now() - began) / 1000, statuses: statuses.join(' '), peakMb }
}

for (const images of counts) {
  const dir = mkdtempSync(join(tmpdir(), 'xp-bench-'))
  try {
    experiment(dir, images)
    await sleep(racyMs)
    const first = run(dir)
    await sleep(racyMs)
    run(dir)
    const again = Array.from({ length: rounds }, () => run(dir))
    if (again.some(({ statuses }) => statuses !== 'hit hit hit hit')) throw new Error(again[0]?.statuses)
    const seconds = again.map((one) => one.seconds).sort((a, b) => a - b)
    const [fastest = 0, median = 0] = [seconds[0], seconds[rounds >> 1]]
    const peakMb = Math.max(...again.map((one) => one.peakMb))
    console.log(
      `${images} images: first ${first.seconds.toFixed(2)} s at ${first.peakMb.toFixed(0)} MB; ` +
        `unchanged median ${median.toFixed(2)} s, fastest ${fastest.toFixed(2)} s, ${peakMb.toFixed(0)} MB`,
    )
  } finally {
    rmSync(dir, { recursive: true })
  }
}
