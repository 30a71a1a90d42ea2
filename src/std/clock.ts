/**
 * Unix milliseconds that never go backwards within a process, whatever is done to the clock: what was stamped earlier is
 * older.
 */
export const steadyNow = (): number => performance.timeOrigin + performance.now()
