import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parsePreprocessorConfig } from '../../../src/images/preprocessor-config.ts'
import { pixelTable, writePixels } from '../../../src/images/processor.ts'
import { picture } from './picture.ts'

it('it is what its source assembles to', async () => {
  // @ts-expect-error a plain script without types
  const { assemble } = await import('../../../src/images/image-kernel.generate.js')
  const committed = readFileSync(new URL('../../../src/images/image-kernel-bytes.ts', import.meta.url), 'utf8')
  expect(await assemble()).toBe(committed)
})

it('it looks each byte up in the table of its channel, mirrored row by row on request', () => {
  const image = picture(5, 3)
  const table = pixelTable(parsePreprocessorConfig({ image_mean: [0.1, 0.2, 0.3] }, ''))
  for (const mirrored of [false, true]) {
    const out = new Float32Array(image.data.length + 2)
    writePixels(image, table, out, 1, mirrored)
    const expected = [...image.data].map((_, i) => {
      const [y, x, c] = [Math.floor(i / 15), Math.floor((i % 15) / 3), i % 3]
      const from = (y * 5 + (mirrored ? 4 - x : x)) * 3 + c
      return table[c * 256 + (image.data[from] ?? 0)]
    })
    expect([...out]).toEqual([0, ...expected, 0])
  }
})
