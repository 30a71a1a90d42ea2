/** What a process answers when it ends; scripts rely on these numbers. */
export const exitCodes = {
  stageFailed: 1,
  config: 2,
  data: 3,
  environment: 4,
  tracking: 5,
  bug: 70,
} as const

export type ExitKind = keyof typeof exitCodes

/** A place in a text file; line and column count from 1. */
export interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The source lines around the place with a caret under the token. */
  readonly excerpt?: string
}

export interface XpErrorFacts {
  /** Stable name that scripts may match, e.g. `XP_UNKNOWN_STAGE`. */
  readonly code: `XP_${string}`
  readonly exit: ExitKind
  /** What is wrong, and where, in one sentence. */
  readonly message: string
  /** What to do about it: a command, or the nearest valid name. */
  readonly hint?: string
  readonly where?: Location
  /** Facts of the case, for `--json`. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A failure its reader can do something about: printed without a stack. Made only by the factories in this folder. */
export class XpError extends Error {
  readonly code: `XP_${string}`
  readonly exit: ExitKind
  readonly hint: string | undefined
  readonly where: Location | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(facts: XpErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'XpError'
    this.code = facts.code
    this.exit = facts.exit
    this.hint = facts.hint
    this.where = facts.where
    this.details = facts.details
  }

  /** The same failure with its place, where it has none. */
  at(where: Location): XpError {
    if (this.where !== undefined) return this
    const { code, exit, message, hint, details, cause } = this
    return new XpError({
      code,
      exit,
      message,
      where,
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

/** Several failures found in one pass (validation reports every problem at once). */
export class XpErrors extends Error {
  readonly errors: readonly XpError[]

  constructor(errors: readonly XpError[]) {
    super(errors.map((e) => e.message).join('\n'))
    this.name = 'XpErrors'
    this.errors = errors
  }
}

/** Every expected failure inside a thrown value; empty when the value is a bug. */
export const expectedErrors = (thrown: unknown): readonly XpError[] =>
  thrown instanceof XpErrors ? thrown.errors : thrown instanceof XpError ? [thrown] : []
