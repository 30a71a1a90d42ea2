import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Kernel's start time of the process, in clock ticks since boot; absent outside Linux. */
  readonly started?: string
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name may hold spaces and brackets: fields are counted after its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not asked yet.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

export function ownIdentity(): ProcessIdentity {
  const started = startOf(process.pid)
  return { host: hostname(), pid: process.pid, ...(started === undefined ? {} : { started }) }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Undefined when it cannot be known: the process belongs to another machine. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined
  if (!exists(identity.pid)) return false
  return identity.started === undefined || startOf(identity.pid) === identity.started
}
