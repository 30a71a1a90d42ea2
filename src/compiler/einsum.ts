/** An einsum equation: the subscripts of each operand and of the result, one letter an axis. */
export interface Equation {
  readonly terms: readonly (readonly string[])[]
  readonly result: readonly string[]
}

/** `ab,bc->ac` read. @throws RangeError unless it has an arrow, no ellipsis and no letter twice in a term */
export function readEquation(equation: string): Equation {
  const parts = equation.replaceAll(/\s/g, '').split('->')
  if (parts.length !== 2 || equation.includes('.'))
    throw new RangeError(`has the equation "${equation}": write every axis as a letter, and the result after an arrow`)
  const [left = '', right = ''] = parts
  const terms = left.split(',').map((term) => [...term])
  const result = [...right]
  for (const letters of [...terms, result])
    if (new Set(letters).size !== letters.length)
      throw new RangeError(`has the equation "${equation}": a letter stands twice in one term`)
  if (terms.length > 2) throw new RangeError(`has the equation "${equation}": takes one or two operands`)
  const unknown = result.find((letter) => !terms.some((term) => term.includes(letter)))
  if (unknown !== undefined) throw new RangeError(`has the equation "${equation}": no operand has an axis ${unknown}`)
  return { terms, result }
}
