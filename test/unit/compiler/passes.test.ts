import { expect, it } from 'vitest'
import { interpret } from '../../../src/compiler/interpret.ts'
import type { Graph } from '../../../src/compiler/ir.ts'
import { removeDeadCode } from '../../../src/compiler/passes/dead-code.ts'
import { optimize, passes } from '../../../src/compiler/passes/index.ts'
import { verify } from '../../../src/compiler/verify.ts'
import { excess, tolerances } from '../../tolerances.ts'
import { feedsOf, forwardGraph, gradientGraph, tinyVit } from './vit-graphs.ts'

/** The worst excess over the outputs of two graphs on the same random inputs. */
function difference(before: Graph, after: Graph, seed: number): number {
  const feeds = feedsOf(before, seed)
  const [expected, actual] = [interpret(before, feeds), interpret(after, feeds)]
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  return Math.max(
    ...Object.entries(expected).map(([name, { data }]) => excess(actual[name]?.data ?? [], data, tolerances.op)),
  )
}

for (const [kind, graph] of [
  ['forward', forwardGraph(tinyVit, 2)],
  ['gradient', gradientGraph(tinyVit, 2)],
] as const) {
  it(`each pass keeps the ${kind} graph of a ViT the same function`, () => {
    let before = graph
    for (const { name, run } of passes) {
      const after = verify(removeDeadCode.run(run(before)), name)
      expect(difference(before, after, 7), name).toBeLessThanOrEqual(1)
      before = after
    }
    expect(passes.length).toBeGreaterThan(9)
  })

  it(`all passes together keep the ${kind} graph of a ViT the same function`, () => {
    const optimised = optimize(graph)
    expect(difference(graph, optimised, 11)).toBeLessThanOrEqual(1)
    expect(optimised.nodes.length).toBeLessThan(graph.nodes.length * 0.6)
  })
}
