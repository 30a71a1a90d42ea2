import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createSourceProgress } from '../../../src/tracking/console/source-progress.ts'

/** What is written for these counts of 100 files, one every `every` milliseconds. */
function written(isTTY: boolean, counts: readonly number[], every: number): string {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  let time = 1_000_000
  const tell = createSourceProgress({ stream, isTTY, now: () => time })
  for (const done of counts) {
    tell({ source: '/data/shoes\u001b.zip', done, total: 100, what: 'files unpacked' })
    time += every
  }
  return chunks.join('')
}

it('a log gets the first count, the last one, and one now and then between', () => {
  const lines = written(false, [1, 2, 3, 50, 100], 4000).trimEnd().split('\n')
  expect(lines.map((line) => /(\d+)\/100 files unpacked/.exec(line)?.[1])).toEqual(['1', '50', '100'])
  expect(lines[0]).toMatch(/^ {2}shoes.\.zip: 1 %/)
})

it('a terminal gets one line that is written over, and nothing stays of it', () => {
  const text = written(true, [1, 2, 100], 200)
  expect(text).not.toContain('\n')
  expect(text.endsWith('\r\u001b[K')).toBe(true)
  expect(text).toContain('2/100 files unpacked')
})

it('bytes are told in megabytes', () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trim())
      done()
    },
  })
  let time = 1_000_000
  const tell = createSourceProgress({ stream, isTTY: false, now: () => time })
  for (const done of [0, 5_250_000, 343_000_000]) {
    tell({ source: 'hf://owner/vit', done, total: 343_000_000, what: 'bytes downloaded' })
    time += 11_000
  }
  expect(lines[0]).toBe('vit: 0 %, 0.00/343 MB downloaded')
  expect(lines[1]).toMatch(/^vit: 1 %, 5\.25\/343 MB downloaded, 0\.\d\d MB\/s/)
  expect(lines[2]).toMatch(/^vit: 100 %, 343\/343 MB downloaded/)
})
