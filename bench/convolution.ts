/**
 * Loss and gradients of convolutional models beside PyTorch's: CPU seconds per step and peak memory. Both sides live in
 * their own process and take turns, so a machine shared with others is shared fairly.
 *
 *   npx tsx bench/convolution.ts --model resnet50 --batch 8 --python venv/bin/python
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Side } from './side.ts'

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'resnet50' },
    batch: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    python: { type: 'string' },
  },
})
const here = import.meta.dirname
const args = [flags.model, flags.batch, flags.threads]
const sides = [new Side('xp', process.execPath, ['--import', 'tsx', join(here, 'convolution-xp.ts'), ...args])]
if (flags.python !== undefined)
  sides.push(new Side('pytorch', flags.python, [join(here, 'convolution_torch.py'), ...args]))

for (const side of sides) await side.ready()
// The first steps fault pages in; they are not timed.
for (const side of sides) await side.run(2)
for (let round = 0; round < Number(flags.rounds); round++) for (const side of sides) await side.time(1)
for (const side of sides) await side.end()
for (const { name, seconds, peakBytes } of sides) {
  const sorted = seconds.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const [best = Number.NaN] = sorted
  process.stdout.write(
    `${name.padEnd(8)} ${median.toFixed(2)} CPU s per step, best ${best.toFixed(2)}, ${(peakBytes / 1e9).toFixed(2)} GB peak\n`,
  )
}
