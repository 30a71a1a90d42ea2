import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Mt19937, randperm } from '../../../src/std/mt19937.ts'
import { fillNormal, fillTruncatedNormal } from '../../../src/std/torch-normal.ts'

const golden = JSON.parse(readFileSync(new URL('../../goldens/random.json', import.meta.url), 'utf8'))
const digest = (data: Int32Array | Float32Array) =>
  createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex')

it("permutes as torch.randperm and leaves the generator where torch's stands", () => {
  for (const { seed, n, sha256, order, next } of golden.permutations) {
    const generator = new Mt19937(seed)
    const ours = randperm(n, generator)
    if (order !== undefined) expect([...ours]).toEqual(order)
    expect(digest(ours)).toBe(sha256)
    expect(generator.uniform(0, 1)).toBe(next)
  }
  expect(golden.permutations).toHaveLength(7)
})

it('draws uniform float32 numbers bit for bit as Tensor.uniform_', () => {
  for (const { seed, n, lo, hi, sha256, first } of golden.uniforms) {
    const generator = new Mt19937(seed)
    const ours = Float32Array.from({ length: n }, () => generator.uniform(lo, hi))
    expect([...ours.subarray(0, 4)]).toEqual(first)
    expect(digest(ours)).toBe(sha256)
  }
  expect(golden.uniforms).toHaveLength(3)
})

it('draws 64-bit integers high half first', () => {
  for (const { seed, value } of golden.int64) expect(new Mt19937(seed).uint64() & (2n ** 63n - 1n)).toBe(BigInt(value))
})

it('gives other numbers for another seed', () => {
  expect(new Mt19937(1).uint32()).not.toBe(new Mt19937(2).uint32())
})

it('draws normal numbers bit for bit as Tensor.normal_, short and long, and leaves the generator in step', () => {
  for (const { seed, n, mean, std, values, sha256, next } of golden.normals) {
    const generator = new Mt19937(seed)
    const ours = fillNormal(generator, n, mean, std)
    if (values !== undefined) expect([...ours], `n = ${n}`).toEqual(values)
    expect(digest(ours), `n = ${n}`).toBe(sha256)
    expect(generator.uniform(0, 1)).toBe(next)
  }
  expect(golden.normals).toHaveLength(6)
})

it('draws truncated normal numbers as trunc_normal_, drawing again what lies outside', () => {
  for (const { seed, n, std, values, next } of golden.truncated) {
    const generator = new Mt19937(seed)
    expect([...fillTruncatedNormal(generator, n, std)], `std = ${std}`).toEqual(values)
    expect(generator.uniform(0, 1)).toBe(next)
  }
  expect(golden.truncated).toHaveLength(2)
})
