import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchTask } from './models.ts'

/** A model beside PyTorch: images per second of each side's fastest step, and the ratios of xp over PyTorch. */
export interface Measured {
  /** Hugging Face's `model_type`. */
  readonly family: string
  readonly model: string
  readonly task: BenchTask
  readonly batch: number
  readonly ratio: number
  /** Of the peaks of both processes. */
  readonly memoryRatio: number
  readonly imagesPerSecond: number
  readonly torchImagesPerSecond: number
}

const file = join(import.meta.dirname, 'models.json')

const keyOf = ({ family, model, task, batch }: Measured): string =>
  [family, model, task === 'train' ? 0 : 1, String(batch).padStart(4, '0')].join(' ')

/** Writes a measurement into `models.json` in place of the one before. */
export async function record(measured: Measured): Promise<void> {
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as readonly Measured[]
  const others = known.filter((other) => keyOf(other) !== keyOf(measured))
  const all = [...others, measured].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`)
}

/** Three digits are what a measurement is worth. */
export const rounded = (value: number): number => Number(value.toPrecision(3))
