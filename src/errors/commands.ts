import { didYouMean } from './nearest.ts'
import { XpError } from './xp-error.ts'

export const fileExists = (path: string) =>
  new XpError({
    code: 'XP_FILE_EXISTS',
    exit: 'config',
    message: `${path} exists already`,
    hint: 'give another name, or --force to replace it',
  })

/** A file or folder that a command was asked to write, and what the file system answered. */
export const notWritable = (path: string, cause: NodeJS.ErrnoException) =>
  new XpError({
    code: 'XP_NOT_WRITABLE',
    exit: 'environment',
    message: `cannot write ${path} (${cause.code})`,
    hint: 'name another place, or give yourself write permission there',
    cause,
  })

/** What `--data` names is no folder. */
export const noDataFolder = (folder: string) =>
  new XpError({
    code: 'XP_NO_DATA_FOLDER',
    exit: 'config',
    message: `the image folder ${folder} does not exist or is not a folder`,
    hint: '--data names a folder of labelled images, one folder per class; --sample draws one',
  })

export const badQuantity = (flag: string, text: string, examples: string) =>
  new XpError({
    code: 'XP_BAD_QUANTITY',
    exit: 'config',
    message: `${flag} ${text}: that is no quantity`,
    hint: `for example ${examples}`,
  })

export const nothingCached = (name: string, known: readonly string[]) =>
  new XpError({
    code: 'XP_NOTHING_CACHED',
    exit: 'config',
    message: `the cache holds no result of "${name}"`,
    hint: known.length === 0 ? 'it is empty' : didYouMean(name, known),
  })

export const noLock = (id: string) =>
  new XpError({
    code: 'XP_NO_LOCK',
    exit: 'config',
    message: `run ${id} left no lock.json: it was killed, or is under way`,
    hint: 'only a run that ended can be reproduced',
  })

export const noRuns = (dir: string) =>
  new XpError({
    code: 'XP_NO_RUNS',
    exit: 'config',
    message: `there are no runs in ${dir}`,
    hint: 'xp run FILE makes one',
  })

export const unknownRun = (text: string, ids: readonly string[]) =>
  new XpError({
    code: 'XP_UNKNOWN_RUN',
    exit: 'config',
    message: `there is no run "${text}"`,
    hint: `the newest are ${ids.slice(0, 3).join(', ')}; an id, its beginning or end, a tag, or latest`,
  })

export const ambiguousRun = (text: string, ids: readonly string[]) =>
  new XpError({
    code: 'XP_AMBIGUOUS_RUN',
    exit: 'config',
    message: `"${text}" may be any of ${ids.length} runs: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`,
    hint: 'write more of its id',
  })

export const runIsAlive = (id: string) =>
  new XpError({
    code: 'XP_RUN_IS_ALIVE',
    exit: 'config',
    message: `run ${id} is under way`,
    hint: 'stop it first (Ctrl-C in its terminal)',
  })

export const badTag = (tag: string) =>
  new XpError({
    code: 'XP_BAD_TAG',
    exit: 'config',
    message: `"${tag}" cannot be a tag`,
    hint: 'letters, digits, ".", "_" and "-", at most 64',
  })
