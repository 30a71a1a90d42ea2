import { expect, it } from 'vitest'
import { interpret } from '../../../src/compiler/interpret.ts'
import type { Graph, Node } from '../../../src/compiler/ir.ts'
import { toOnnx } from '../../../src/compiler/onnx.ts'
import { autocast } from '../../../src/compiler/passes/autocast.ts'
import { removeDeadCode } from '../../../src/compiler/passes/dead-code.ts'
import { optimize } from '../../../src/compiler/passes/index.ts'
import { rounded } from '../../../src/compiler/round.ts'
import { verify } from '../../../src/compiler/verify.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { runOnnx } from './onnx-runtime.ts'
import { feedsOf, gradientGraph, tinyVit } from './vit-graphs.ts'

const graph = optimize(gradientGraph(tinyVit, 2))
const cast = (precision: 'fp16' | 'bf16'): Graph => removeDeadCode.run(verify(autocast(graph, precision), 'autocast'))
const isProduct = ({ op }: Node) => ['BatchMatMul', 'FusedMatMul', 'Gemm'].includes(op)

it.each(['fp16', 'bf16'] as const)('it rounds the operands of every product to %s and nothing else', (precision) => {
  const half = precision === 'fp16' ? 'float16' : 'bfloat16'
  const { nodes, inputs, outputs } = cast(precision)
  const products = nodes.filter(isProduct)
  expect(products.length).toBe(graph.nodes.filter(isProduct).length)
  expect(products.length).toBeGreaterThan(30)
  for (const { inputs: operands } of products) for (const { dtype } of operands) expect(dtype).toBe(half)
  for (const node of nodes) {
    if (!isProduct(node) && node.op !== 'Cast') for (const { dtype } of node.inputs) expect(dtype).not.toBe(half)
  }
  for (const { value } of [...inputs, ...outputs]) expect(value.dtype).not.toBe(half)
})

it('it casts a value once, whoever reads it', () => {
  const casts = cast('fp16').nodes.filter(({ op, attrs }) => op === 'Cast' && attrs.dtype === 'float16')
  expect(new Set(casts.map(({ inputs }) => inputs[0])).size).toBe(casts.length)
})

it('it leaves a graph in float32 as it is', () => {
  expect(autocast(graph, 'fp32')).toBe(graph)
})

it('a ViT in fp16 has other logits, within the rounding; ONNX Runtime loads it and multiplies in float32', async () => {
  const half = cast('fp16')
  const feeds = feedsOf(half, 7)
  const [exact, rounding, loaded] = [
    interpret(graph, feeds),
    interpret(half, feeds),
    await runOnnx(toOnnx(half), feeds),
  ]
  const share = (values: unknown, largest: number) => Float32Array.from(values as Float32Array, (x) => x / largest)
  for (const name of ['loss', 'logits']) {
    const expected = exact[name]?.data as Float32Array
    const largest = Math.max(...expected.map(Math.abs))
    const shares = share(expected, largest)
    expect(excess(share(loaded[name], largest), shares, tolerances.op), name).toBeLessThan(1)
    expect(excess(share(rounding[name]?.data, largest), shares, tolerances.fp16Op), name).toBeLessThan(1)
  }
  expect(excess(rounding.logits?.data ?? [], exact.logits?.data ?? [], tolerances.op)).toBeGreaterThan(1)
})

it('it rounds to the nearest half float, ties to even', () => {
  const of = (dtype: 'float16' | 'bfloat16', ...values: number[]) => [...rounded(Float32Array.from(values), dtype)]
  expect(of('float16', 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, -65520)).toEqual([
    1,
    1 + 2 ** -9,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])
  expect(of('float16', 2 ** -24, 2 ** -25, 3 * 2 ** -25, -(2 ** -14))).toEqual([2 ** -24, 0, 2 ** -23, -(2 ** -14)])
  expect(of('bfloat16', 1 + 2 ** -8, 1 + 3 * 2 ** -8, -3.14159274, Number.NaN)).toEqual([
    1,
    1 + 2 ** -6,
    -3.140625,
    Number.NaN,
  ])
})
