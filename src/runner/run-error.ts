import { expectedErrors } from '../errors/xp-error.ts'
import type { ErrorFacts } from '../registry/events.ts'

/** What a thrown value says to a reader; anything but an XpError is a bug. */
export function errorFacts(thrown: unknown, stage: string): ErrorFacts {
  const [first, ...others] = expectedErrors(thrown)
  if (first === undefined) {
    const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return { code: 'XP_BUG', message, hint: 'this is a bug in the stage or in xp', stage }
  }
  return {
    code: first.code,
    message: [first, ...others].map((error) => error.message).join('\n'),
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    stage,
  }
}
