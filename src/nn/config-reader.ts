import type { HuggingFaceConfig } from '../artifacts/model-config.ts'
import { badModelConfig } from '../errors/weights.ts'
import type { ImageSize } from './layout.ts'

/** Reads typed fields of a `config.json`; a field that is absent or null takes the fallback. */
export interface ConfigReader {
  /** The error of a field that is not as wanted. */
  wrong(field: string, wanted: string): Error
  /** A whole number from 1. */
  count(field: string, fallback: number): number
  /** Whole numbers from 1, at least one. */
  counts(field: string, fallback: readonly number[]): readonly number[]
  /** A number in (0, 1): an epsilon or a standard deviation. */
  fraction(field: string, fallback: number): number
  /** A number in [0, 1): a rate of dropout or of stochastic depth. */
  rate(field: string, fallback: number): number
  /** A finite number from 0. */
  number(field: string, fallback: number): number
  /** A whole number from 1 for both sides, or two of them: height, width. */
  extent(field: string, fallback: number): ImageSize
  flag(field: string, fallback: boolean): boolean
  choice<T extends string>(field: string, choices: readonly T[], fallback: T): T
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1

/**
 * @param where names the file in errors
 * @returns a reader whose functions throw XpError on a field that is wrong
 */
export function configReader(config: HuggingFaceConfig, where: string): ConfigReader {
  const wrong = (field: string, wanted: string) => badModelConfig(where, field, config[field], wanted)
  const read =
    <T>(fits: (value: unknown) => value is T, wanted: string) =>
    (field: string, fallback: T): T => {
      const value = config[field] ?? fallback
      if (!fits(value)) throw wrong(field, wanted)
      return value
    }
  const number = (fits: (value: number) => boolean, wanted: string) =>
    read((value): value is number => typeof value === 'number' && fits(value), wanted)
  return {
    wrong,
    count: read(isCount, 'a whole number from 1'),
    counts: read(
      (value): value is readonly number[] => Array.isArray(value) && value.length > 0 && value.every(isCount),
      'a list of whole numbers from 1',
    ),
    fraction: number((value) => value > 0 && value < 1, 'a number between 0 and 1'),
    rate: number((value) => value >= 0 && value < 1, 'a number from 0, below 1'),
    number: number((value) => value >= 0 && value < Number.POSITIVE_INFINITY, 'a number from 0'),
    flag: read((value): value is boolean => typeof value === 'boolean', 'true or false'),
    extent(field, fallback) {
      const value = config[field] ?? fallback
      const pair = Array.isArray(value) ? value : [value, value]
      if (pair.length !== 2 || !pair.every(isCount))
        throw wrong(field, 'a whole number from 1, or two of them (height, width)')
      return { height: pair[0] as number, width: pair[1] as number }
    },
    choice<T extends string>(field: string, choices: readonly T[], fallback: T) {
      const value = config[field] ?? fallback
      const found = choices.find((choice) => choice === value)
      if (found === undefined) throw wrong(field, `one of ${choices.join(', ')}`)
      return found
    },
  }
}
