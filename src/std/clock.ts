import { utimes } from 'node:fs/promises'

/**
 * Unix milliseconds that never go backwards within a process, whatever is done to the clock: what was stamped earlier is
 * older.
 */
export const steadyNow = (): number => performance.timeOrigin + performance.now()

/** Stamps a path as used now; answers whether it is there. Who may read it but not write it loses the order of use alone. */
export async function stampUse(path: string): Promise<boolean> {
  const seconds = steadyNow() / 1000
  try {
    await utimes(path, seconds, seconds)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code !== 'ENOENT' && code !== 'ENOTDIR'
  }
}
