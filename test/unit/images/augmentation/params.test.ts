import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { augmentationOf, augmentationParams, checkAugmentation } from '../../../../src/images/augmentation/params.ts'

/** After defaults, as an experiment's params are. */
function given(augment: object) {
  const params = structuredClone(augment)
  const valid = new Ajv({ strict: false, useDefaults: true }).compile(augmentationParams)(params)
  return valid ? (params as Parameters<typeof augmentationOf>[0]) : undefined
}
const made = (augment: object) => augmentationOf(given(augment) as Parameters<typeof augmentationOf>[0])

it('it keeps what is on, with defaults, and nothing of what is off', () => {
  expect(made({})).toEqual({ horizontalFlip: 0 })
  expect(made({ rotation: 0, trivialAugment: false, colorJitter: {} })).toEqual({ horizontalFlip: 0 })
  expect(made({ randomResizedCrop: {}, randAugment: {}, rotation: 15, randomErasing: 0.25 })).toEqual({
    randomResizedCrop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
    horizontalFlip: 0,
    rotation: 15,
    randAugment: { ops: 2, magnitude: 9 },
    randomErasing: 0.25,
  })
  expect(made({ colorJitter: { hue: 0.1 }, trivialAugment: true, verticalFlip: 1 })).toEqual({
    horizontalFlip: 0,
    verticalFlip: 1,
    colorJitter: { brightness: 0, contrast: 0, saturation: 0, hue: 0.1 },
    trivialAugment: true,
  })
})

it.each([
  { rotation: 181 },
  { colorJitter: { hue: 0.6 } },
  { randAugment: { magnitude: 31 } },
  { randomResizedCrop: { scale: [0.5] } },
  { randomResizedCrop: { scale: [0, 1] } },
  { randomErasing: 1.5 },
  { trivialAugment: {} },
  { flip: 0.5 },
])('its schema refuses %j', (augment) => expect(given(augment)).toBe(undefined))

it.each([
  [{ randAugment: {}, trivialAugment: true }, 'XP_TWO_AUGMENT_POLICIES'],
  [{ randomResizedCrop: { scale: [0.9, 0.1] } }, 'XP_BACKWARD_RANGE'],
  [{ randomResizedCrop: { ratio: [2, 1] } }, 'XP_BACKWARD_RANGE'],
  [{ randomResizedCrop: { scale: [0.1, 1.5] } }, 'XP_SCALE_BEYOND_IMAGE'],
])('it refuses %j before any work', (augment, code) => {
  const check = () => checkAugmentation(given(augment) as Parameters<typeof augmentationOf>[0])
  expect(check).toThrow(expect.objectContaining({ code, exit: 'config' }))
})

it('it takes the example of the documentation, which shows every param but the other policy', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/augmentation.md'), 'utf8')
  const { augment } = parse(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '').transform.with
  expect(given(augment)).toBeDefined()
  const all = Object.keys(augmentationParams.properties).filter((name) => name !== 'trivialAugment')
  expect(Object.keys(augment)).toEqual(all)
})
