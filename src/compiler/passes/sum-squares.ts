import { type Pass, rewrite } from './pass.ts'

/** Sums squares in one reading instead of writing them out first. */
export const sumSquares: Pass = {
  name: 'sum squares',
  run: (graph) =>
    rewrite(graph, ({ op, inputs: [x], attrs }, builder) => {
      const square = x && builder.producer(x)
      if (op !== 'Sum' || x?.dtype !== 'float32' || square === undefined) return undefined
      const [a, b] = square.inputs
      const isSquare = square.op === 'Square' || (square.op === 'Multiply' && a === b)
      return isSquare && a !== undefined ? builder.add('SumSquare', [a], attrs) : undefined
    }),
}
