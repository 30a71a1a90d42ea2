import type { Difference } from '../../registry/explain-miss.ts'
import { printable } from './text.ts'

/** What `xp why` has found; see `runner/why.ts`. */
export interface WhyFacts {
  readonly stage: string
  readonly uses: string
  readonly status: 'hit' | 'run' | 'pending'
  readonly reason: string
  readonly madeBy?: string
  readonly comparedWith?: { readonly run: string; readonly stage: string }
  readonly differences: readonly (Difference & { readonly files?: readonly string[] })[]
  readonly causes: readonly { readonly stage: string; readonly reason: string }[]
}

/** The lines that a person reads: what will happen, the first cause, and everything that differs. */
export function whyText(why: WhyFacts): readonly string[] {
  const { stage, uses, status, reason, madeBy, comparedWith, differences, causes } = why
  const head = `${stage}  ${uses}`
  if (status === 'hit') return [`${head}: comes from the cache`, `  made by run ${madeBy}`]
  if (status === 'pending') {
    const width = Math.max(...causes.map((cause) => cause.stage.length))
    return [
      `${head}: runs, or comes from the cache if what it takes turns out as before`,
      `  first cause: ${printable(reason)}`,
      ...causes.map((cause) => `  ${cause.stage.padEnd(width)}  ${printable(cause.reason)}`),
    ]
  }
  const against =
    comparedWith === undefined
      ? []
      : [
          `  compared with its nearest earlier result, of run ${comparedWith.run}${comparedWith.stage === stage ? '' : ` (there ${comparedWith.stage})`}:`,
        ]
  return [
    `${head}: runs`,
    ...(differences.length === 0 ? [`  ${printable(reason)}`] : against),
    ...differences.flatMap(({ text, files = [] }) => [
      `  ${printable(text)}`,
      ...files.map((file) => `      ${printable(file)}`),
    ]),
  ]
}
