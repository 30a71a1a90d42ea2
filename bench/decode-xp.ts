/** One side of the decode benchmark: reads how many passes to make, a number a line, and answers their CPU seconds. */
import { createInterface } from 'node:readline/promises'
import { decodeFile } from '../src/images/decode.ts'
import { parsePreprocessorConfig } from '../src/images/preprocessor-config.ts'
import { pixelTable, resizeAndCrop, writePixels } from '../src/images/processor.ts'
import { peakBytes } from './peak-memory.ts'

const [size = '', ...files] = process.argv.slice(2)
const processor = parsePreprocessorConfig({ size: Number(size) }, 'preprocessor_config.json')
const table = pixelTable(processor)
const out = new Float32Array(Number(size) ** 2 * 3)

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)
answer({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const seconds: number[] = []
  for (let i = 0; i < Number(line); i++) {
    const start = process.cpuUsage()
    for (const file of files) writePixels(resizeAndCrop(await decodeFile(file), processor), table, out, 0, false)
    const { user, system } = process.cpuUsage(start)
    seconds.push((user + system) / 1e6)
  }
  answer({ seconds, peakBytes: await peakBytes() })
}
