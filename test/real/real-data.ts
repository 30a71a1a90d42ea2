import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Weights that `fetch-weights.sh` makes: a folder of theirs, or undefined where they are not. */
export function realWeights(name: string): string | undefined {
  const folder = join(process.env.XP_TEST_WEIGHTS || join(root, '.weights'), name)
  return existsSync(folder) ? folder : undefined
}

/** Photographs in the class folders Boot, Sandal and Shoe; undefined where they are not. */
export function realImages(): string | undefined {
  const folder = process.env.XP_TEST_IMAGES || resolve(root, '../shared/datasets/shoe-sandal-boot')
  return existsSync(folder) ? folder : undefined
}

/** What a skipped suite says. */
export const skippedFor = (what: string, has: boolean): string =>
  has ? what : `${what} (skipped: run test/real/fetch-weights.sh, and set XP_TEST_IMAGES)`
