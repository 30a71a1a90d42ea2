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
