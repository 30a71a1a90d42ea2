import { expect, it } from 'vitest'
import { interpret } from '../../../src/compiler/interpret.ts'
import { toOnnx } from '../../../src/compiler/onnx.ts'
import { optimize } from '../../../src/compiler/passes/index.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { runOnnx } from './onnx-runtime.ts'
import { feedsOf, gradientGraph, tinyVit } from './vit-graphs.ts'

it('the ONNX models of a ViT gradient graph, plain and optimised, compute what the interpreter does', async () => {
  const graph = gradientGraph(tinyVit, 2)
  const feeds = feedsOf(graph, 3)
  const expected = interpret(graph, feeds)
  for (const written of [graph, optimize(graph)]) {
    const actual = await runOnnx(toOnnx(written), feeds)
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
    for (const [name, { data }] of Object.entries(expected))
      expect(excess(actual[name] as Float32Array, data, tolerances.op), name).toBeLessThanOrEqual(1)
  }
})
