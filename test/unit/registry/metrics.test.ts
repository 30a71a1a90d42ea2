import { expect, expectTypeOf, it } from 'vitest'
import { type MetricName, metricDeclaration } from '../../../src/registry/metrics.ts'
import type { MetricDeclaration } from '../../../src/registry/stage.ts'

const declared = (unit: string): MetricDeclaration => ({ unit, per: 'run', description: unit })
const metrics = { 'train/loss': declared('exact'), '*/loss': declared('suffix'), 'system/*': declared('prefix') }

it('finds the exact name before a starred one', () => {
  expect(metricDeclaration(metrics, 'train/loss')?.unit).toBe('exact')
  expect(metricDeclaration(metrics, 'a/b/loss')?.unit).toBe('suffix')
  expect(metricDeclaration(metrics, 'system/cpu')?.unit).toBe('prefix')
})

it('finds nothing for undeclared names, and a star is never empty', () => {
  for (const name of ['loss', '/loss', 'test/losses', 'system', 'system/', 'toString', '']) {
    expect(metricDeclaration(metrics, name), name).toBeUndefined()
  }
})

it('types the names a stage may report', () => {
  expectTypeOf<MetricName<typeof metrics>>().toEqualTypeOf<'train/loss' | `${string}/loss` | `system/${string}`>()
  // biome-ignore lint/suspicious/noExplicitAny: the registry holds stages of every shape.
  expectTypeOf<MetricName<any>>().toEqualTypeOf<string>()
})
