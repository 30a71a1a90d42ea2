/**
 * Decode, exact resize and normalise on one core, beside Hugging Face's ViT image processor on PIL.
 * Both sides live in their own process, take turns, and count CPU seconds, so other work on the machine weighs alike.
 *
 *   npm run bench:decode -- --images ../shared/datasets/shoe-sandal-boot --python venv/bin/python
 *
 * Python needs pillow and transformers of test/goldens/requirements.txt; without --python, xp runs alone.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hasImageExtension } from '../src/images/format.ts'
import { Side } from './side.ts'

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '../shared/datasets/shoe-sandal-boot' },
    count: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    size: { type: 'string', default: '224' },
    python: { type: 'string' },
  },
})
const found = readdirSync(flags.images, { recursive: true, encoding: 'utf8' }).filter(hasImageExtension).sort()
const every = Math.max(1, Math.floor(found.length / Number(flags.count)))
const files = found.filter((_, i) => i % every === 0).slice(0, Number(flags.count))
if (files.length === 0) throw new Error(`no images in ${flags.images}`)
const paths = files.map((file) => join(flags.images, file))

const here = import.meta.dirname
const xp = ['--import', 'tsx', join(here, 'decode-xp.ts'), flags.size, ...paths]
const sides = [new Side('xp', process.execPath, xp)]
if (flags.python !== undefined) {
  sides.push(new Side('HF on PIL', flags.python, [join(here, 'decode_pil.py'), flags.size, ...paths]))
}
for (const side of sides) await side.ready()
// The first passes compile and fill the page cache; they are not counted.
for (const side of sides) await side.run(2)
for (let round = 0; round < Number(flags.rounds); round++) for (const side of sides) await side.time(1)
for (const side of sides) await side.end()

const rate = (seconds: readonly number[]) => {
  const sorted = [...seconds].sort((a, b) => a - b)
  return files.length / (sorted[Math.floor(sorted.length / 2)] ?? 0)
}
for (const { name, seconds, peakBytes } of sides) {
  const best = files.length / Math.min(...seconds)
  process.stdout.write(
    `${name.padEnd(10)} ${rate(seconds).toFixed(0)} images per core second (best ${best.toFixed(0)}), ${(peakBytes / 1e9).toFixed(2)} GB peak\n`,
  )
}
const [own, other] = sides
if (own && other)
  process.stdout.write(`ratio      ${(rate(own.seconds) / rate(other.seconds)).toFixed(2)} × the speed\n`)
