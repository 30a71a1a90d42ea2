import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Resample } from '../../src/artifacts/processed-images.ts'
import { applyOperation } from '../../src/images/augmentation/apply.ts'
import type { Box, Size } from '../../src/images/augmentation/box.ts'
import type { Operation } from '../../src/images/augmentation/operation.ts'
import { magnitudes, policyAt } from '../../src/images/augmentation/policies.ts'
import { resizedCrop } from '../../src/images/augmentation/random-resized-crop.ts'
import type { RgbImage } from '../../src/images/rgb-image.ts'
import { sha256 } from '../../src/std/hash.ts'
import { excess, tolerances } from '../tolerances.ts'
import { picture } from '../unit/images/picture.ts'

type Palette = 'noise' | 'pale' | 'flat'
interface Goldens {
  readonly changes: readonly { size: [number, number]; palette: Palette; operation: Operation; sha256: string }[]
  readonly colours: readonly { operation: Operation; sha256: string }[]
  readonly crops: readonly { size: [number, number]; box: Box; to: Size; resample: Resample; sha256: string }[]
  readonly policies: Readonly<
    Record<'rand' | 'trivial', readonly { name: string; signed: boolean; magnitudes: readonly number[] }[]>
  >
}
const { changes, colours, crops, policies }: Goldens = JSON.parse(
  readFileSync(join(import.meta.dirname, '../goldens/augmentation.json'), 'utf8'),
)

/** As `painted` in make_augmentation.py. */
function painted(width: number, height: number, palette: Palette): RgbImage {
  const image = picture(width, height)
  const colour = (c: number) => (palette === 'pale' ? [60, 90, 120][c] : [200, 30, 90][c]) ?? 0
  const level = (v: number, i: number) => (palette === 'pale' ? Math.floor(v / 4) : 0) + colour(i % 3)
  return palette === 'noise' ? image : { ...image, data: image.data.map(level) }
}

/** Every 5th level of each channel. */
function cube(): RgbImage {
  const data = new Uint8Array(52 ** 3 * 3)
  for (let i = 0; i < 52 ** 3; i++) {
    data.set([Math.floor(i / 52 ** 2) * 5, (Math.floor(i / 52) % 52) * 5, (i % 52) * 5], i * 3)
  }
  return { width: 52 ** 2, height: 52, data }
}

describe('a change with given parameters', () => {
  const kinds = [...new Set(changes.map(({ operation }) => operation.kind))]
  it.each(kinds)('it gives the bytes of torchvision on PIL: %s', (kind) => {
    const wrong: string[] = []
    for (const { size, palette, operation, sha256: expected } of changes.filter((c) => c.operation.kind === kind)) {
      const { data } = applyOperation(painted(...size, palette), operation)
      if (sha256(data) !== expected) wrong.push(`${size.join('x')} ${palette} ${JSON.stringify(operation)}`)
    }
    expect(wrong).toEqual([])
  })

  it.each(colours)(
    'it gives the bytes of torchvision on PIL over all colours: $operation',
    ({ operation, ...golden }) => {
      expect(sha256(applyOperation(cube(), operation).data)).toBe(golden.sha256)
    },
  )

  it('it covers every kind', () => {
    expect(kinds).toHaveLength(16)
    expect(changes).toHaveLength(1395)
  })

  it('it goes red when a parameter is a little off', () => {
    const golden = changes.find(
      ({ operation, palette }) => operation.kind === 'rotate' && operation.degrees > 0 && palette === 'noise',
    )
    const image = painted(...(golden?.size ?? [1, 1]), 'noise')
    expect(sha256(applyOperation(image, { kind: 'rotate', degrees: 7.31 }).data)).not.toBe(golden?.sha256)
  })
})

it.each(crops)('a resized crop has the bytes of torchvision on PIL: $box to $to', (golden) => {
  const { data } = resizedCrop(picture(...golden.size), golden.box, golden.to, {
    resample: golden.resample,
    backend: 'pil',
  })
  expect(sha256(data)).toBe(golden.sha256)
})

describe.each(['rand', 'trivial'] as const)('the policy %s', (policy) => {
  const names: Readonly<Record<string, Operation['kind'] | undefined>> = {
    Identity: undefined,
    ShearX: 'shear-x',
    ShearY: 'shear-y',
    TranslateX: 'translate-x',
    TranslateY: 'translate-y',
    Rotate: 'rotate',
    Brightness: 'brightness',
    Color: 'saturation',
    Contrast: 'contrast',
    Sharpness: 'sharpness',
    Posterize: 'posterize',
    Solarize: 'solarize',
    AutoContrast: 'auto-contrast',
    Equalize: 'equalize',
  }
  /** What torchvision's `_apply_op` hands on, before a translation is cut to whole pixels. */
  const passed = (name: string, m: number) => (/Brightness|Color|Contrast|Sharpness/.test(name) ? 1 + m : m)

  it.each([1, -1] as const)('it has the magnitudes of torchvision, sign %i', (sign) => {
    const table = policies[policy]
    expect(table).toHaveLength(14)
    for (let m = 0; m < magnitudes; m++) {
      const made = policyAt(policy, { width: 100, height: 60 }, m, sign)
      expect(made.map((operation) => operation?.kind)).toEqual(table.map(({ name }) => names[name]))
      for (const [i, { name, signed, magnitudes: values }] of table.entries()) {
        const { kind: _, ...parameters } = made[i] ?? { kind: undefined }
        const own = Object.values(parameters as Record<string, number>)
        const value = passed(name, (values[m] ?? 0) * (signed ? sign : 1))
        if (values.length === 1) expect(own, name).toEqual([])
        else if (name.startsWith('Translate')) {
          const near = [1 - 1e-6, 1 + 1e-6].map((f) => Math.trunc(value * f) + 0)
          expect(near, `${name} at ${m}`).toContain((own[0] ?? Number.NaN) + 0)
        } else expect(excess(own, [value], tolerances.magnitude), `${name} at ${m}`).toBeLessThanOrEqual(1)
      }
    }
  })
})
