import { XpError } from './xp-error.ts'

const codeOf = (cause: unknown) => (cause as NodeJS.ErrnoException | undefined)?.code

const storeNotWritable = (dir: string, cause: unknown) =>
  new XpError({
    code: 'XP_STORE_NOT_WRITABLE',
    exit: 'environment',
    message: `the store ${dir} cannot be written (${codeOf(cause) ?? String(cause)})`,
    hint: 'give yourself write permission there, or set XP_STORE to a folder you may write',
    details: { dir },
    cause,
  })

const space = 'free some space or set XP_STORE to another disk'
const permission = 'give yourself permission there'
const diskSays: Readonly<Record<string, readonly [says: string, todo: string]>> = {
  ENOSPC: ['the disk is full', space],
  EDQUOT: ['your disk quota is used up', space],
  EFBIG: ['the file is larger than the file system or your limit allows', 'raise the limit (ulimit -f)'],
  EROFS: ['the file system is read-only', 'set XP_STORE to another disk'],
  EIO: ['the disk reports an input/output error', 'check the disk or set XP_STORE to another one'],
  ESTALE: ['the network file system lost the file', 'check the connection'],
  EACCES: ['permission is denied', permission],
  EPERM: ['the operation is not permitted', permission],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n)'],
  ENFILE: ['too many files are open on this machine', 'end what holds them open'],
}

/** The failure of the disk that a thrown value stands for, or undefined when it is something else. */
export function diskFailure(thrown: unknown, what: string, dir: string): XpError | undefined {
  const [says, todo] = diskSays[codeOf(thrown) ?? ''] ?? []
  if (says === undefined) return undefined
  return new XpError({
    code: 'XP_DISK',
    exit: 'environment',
    message: `${what}: ${says} (${(thrown as Error).message})`,
    hint: `${todo}, and run again: earlier results in ${dir} are intact`,
    details: { errno: codeOf(thrown) },
    cause: thrown,
  })
}

export const littleSpace = (needed: number, free: number) =>
  `the stages that may run kept ${Math.ceil(needed / 1e6)} MB the last time, and the store's disk has ${Math.floor(free / 1e6)} MB free`

export const noSpaceForPixels = (dir: string, needed: number, free: number) =>
  new XpError({
    code: 'XP_DISK',
    exit: 'environment',
    message: `materialized images take ${Math.ceil(needed / 1e6)} MB in ${dir}, which has ${Math.floor(free / 1e6)} MB free`,
    hint: 'free some space, set XP_STORE to another disk, or leave out "materialize"',
    details: { dir, neededBytes: needed, freeBytes: free },
  })

/** A store that cannot be opened. */
export const storeNotOpened = (dir: string, thrown: unknown) =>
  (['EACCES', 'EPERM'].includes(codeOf(thrown) ?? '')
    ? undefined
    : diskFailure(thrown, `opening the store ${dir}`, dir)) ?? storeNotWritable(dir, thrown)

/** A folder for runs that cannot be made, or undefined when the thrown value is something else. */
export const runsNotWritable = (dir: string, thrown: unknown) =>
  ['EACCES', 'EPERM', 'ENOTDIR', 'EEXIST'].includes(codeOf(thrown) ?? '')
    ? new XpError({
        code: 'XP_RUNS_NOT_WRITABLE',
        exit: 'environment',
        message: `runs cannot be recorded in ${dir} (${codeOf(thrown)})`,
        hint: 'give yourself write permission there',
        details: { dir },
        cause: thrown,
      })
    : undefined

export const lockLost = (lock: string, cause: unknown) =>
  new XpError({
    code: 'XP_LOCK_LOST',
    exit: 'environment',
    message: `the lock ${lock} was taken away while it was held`,
    hint: 'was the process suspended, or the store cleaned? Run again: what was finished is kept',
    cause,
  })
