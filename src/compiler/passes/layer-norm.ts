import { type Graph, type Node, sizeOf, type Value } from '../ir.ts'
import { eitherOrder } from './match.ts'
import { type Pass, Rewriting, rewrite } from './pass.ts'
import { uniformValue } from './uniform.ts'

interface Normalisation {
  readonly x: Value
  readonly mean: Value
  readonly rstd: Value
  readonly scale: Value
  readonly shift: Value
  readonly epsilon: number
  readonly y: Value
}

const only = <T>(list: readonly T[]): T | undefined => list[0]

/** x of Mean(x) over the last axis, which is kept with length 1. */
function meanOperand(value: Value, graph: Rewriting): Value | undefined {
  const node = graph.producer(value)
  const x = node?.inputs[0]
  if (node?.op !== 'Mean' || x === undefined || node.attrs.keepDims !== true) return undefined
  const axes = node.attrs.axes as readonly number[]
  return axes.length === 1 && axes[0] === x.shape.length - 1 ? x : undefined
}

/** The variance of x about `mean`, as a mean of squared differences. */
function isVariance(value: Value, x: Value, mean: Value, graph: Rewriting): boolean {
  const squares = meanOperand(value, graph)
  const node = squares && graph.producer(squares)
  if (eitherOrder(node, 'SquaredDifference').some(([a, b]) => a === x && b === mean)) return true
  const centred =
    node?.op === 'Square' ? node.inputs[0] : only(eitherOrder(node, 'Multiply').filter(([a, b]) => a === b))?.[0]
  const difference = centred && graph.producer(centred)
  return difference?.op === 'Sub' && difference.inputs[0] === x && difference.inputs[1] === mean
}

/** epsilon of rstd = 1 / √(variance + epsilon). */
function epsilonOf(rstd: Value, x: Value, mean: Value, graph: Rewriting): number | undefined {
  const node = graph.producer(rstd)
  const root = node?.op === 'Reciprocal' ? graph.producer(node.inputs[0] as Value) : undefined
  const variance = node?.op === 'Rsqrt' ? node.inputs[0] : root?.op === 'Sqrt' ? root.inputs[0] : undefined
  for (const [v, epsilon] of eitherOrder(variance && graph.producer(variance), 'Add'))
    if (isVariance(v, x, mean, graph)) return uniformValue(epsilon, graph)
  return undefined
}

/** Matches ((x − mean) · rstd) · scale + shift. */
function normalisation(node: Node, graph: Rewriting): Normalisation | undefined {
  for (const [scaled, shift] of eitherOrder(node, 'Add'))
    for (const [normal, scale] of eitherOrder(graph.producer(scaled), 'Multiply'))
      for (const [centred, rstd] of eitherOrder(graph.producer(normal), 'Multiply')) {
        const difference = graph.producer(centred)
        const [x, mean] = difference?.inputs ?? []
        if (difference?.op !== 'Sub' || x === undefined || mean === undefined) continue
        if (meanOperand(mean, graph) !== x || !isRow(scale, x) || !isRow(shift, x)) continue
        const epsilon = epsilonOf(rstd, x, mean, graph)
        if (epsilon !== undefined) return { x, mean, rstd, scale, shift, epsilon, y: node.outputs[0] as Value }
      }
  return undefined
}

const isRow = ({ shape }: Value, x: Value): boolean =>
  sizeOf(shape) === x.shape.at(-1) && shape.at(-1) === x.shape.at(-1)

/** The matches of a graph by the mean they compute first, where scale and shift are known by then. */
function matches(graph: Graph): Map<Value, Normalisation> {
  const found = new Map<Value, Normalisation>()
  const whole = new Rewriting(graph)
  const position = new Map<Value, number>()
  for (const [i, node] of graph.nodes.entries()) {
    whole.push(node)
    for (const value of node.outputs) position.set(value, i)
    const match = normalisation(node, whole)
    if (match === undefined || found.has(match.mean)) continue
    const start = position.get(match.mean) ?? 0
    if ([match.scale, match.shift].every((value) => (position.get(value) ?? -1) < start)) found.set(match.mean, match)
  }
  return found
}

/**
 * The composed layer norm becomes one LayerNormalization, whose mean and rstd also serve the gradient.
 * ONNX computes in float32 like the composed form; results differ by rounding.
 */
export const fuseLayerNorm: Pass = {
  name: 'fuse layer norm',
  run(graph) {
    const byMean = matches(graph)
    const replaced = new Map<Value, Value>()
    return rewrite(graph, (node, builder) => {
      const [out] = node.outputs
      const match = out && byMean.get(out)
      if (out === undefined) return undefined
      if (match === undefined) {
        const stand = replaced.get(out)
        return stand && [stand]
      }
      const [x] = node.inputs as [Value]
      const row = (value: Value) =>
        value.shape.length === 1 ? value : builder.node('Reshape', [value], { shape: [sizeOf(value.shape)] })
      const inputs = [x, row(match.scale), row(match.shift)]
      const [y, mean, rstd] = builder.add('LayerNormalization', inputs, { epsilon: match.epsilon })
      if (y === undefined || mean === undefined || rstd === undefined) return undefined
      replaced.set(match.y, y)
      replaced.set(match.rstd, rstd)
      return [mean]
    })
  },
}
