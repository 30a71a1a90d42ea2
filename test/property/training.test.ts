import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fit as train } from '../../src/training/loop/fit.ts'
import { digestOf, toyFit } from '../unit/training/toy.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-property-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function interruptedAt(folder: string, step: number): Promise<void> {
  const controller = new AbortController()
  const onStep = (report: { step: number }) => {
    if (report.step === step) controller.abort(new Error('stop'))
  }
  await expect(train(toyFit(folder, { signal: controller.signal, onStep }))).rejects.toThrow('stop')
}

it('ends with the same bits whatever the interruptions', async () => {
  const { weights, history } = await train(toyFit(join(dir, 'undisturbed')))
  let n = 0
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 23 }), { maxLength: 5 }), async (stops) => {
      const folder = join(dir, String(n++))
      for (const step of [...stops].sort((a, b) => a - b)) await interruptedAt(folder, step)
      const result = await train(toyFit(folder))
      expect(digestOf(result.weights)).toBe(digestOf(weights))
      expect(result.history).toEqual(history)
    }),
    { numRuns: 12 },
  )
})

it('ends with the same bits whichever byte of the newest checkpoint was flipped', async () => {
  const { weights, history } = await train(toyFit(join(dir, 'undisturbed')))
  let n = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(7), async (which, at, bit) => {
      const folder = join(dir, String(n++))
      await interruptedAt(folder, 14)
      const newest = join(folder, 'checkpoint-14-partial')
      const name = (await readdir(newest)).sort()[which] ?? ''
      const bytes = await readFile(join(newest, name))
      const position = Math.floor(at * bytes.length)
      bytes[position] = (bytes[position] as number) ^ (1 << bit)
      await writeFile(join(newest, name), bytes)
      const warnings: string[] = []
      const result = await train(toyFit(folder, {}, 2, warnings))
      expect(warnings).toHaveLength(1)
      expect(digestOf(result.weights)).toBe(digestOf(weights))
      expect(result.history).toEqual(history)
    }),
    { numRuns: 25 },
  )
})
