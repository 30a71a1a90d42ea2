import { type Location, XpError } from './xp-error.ts'

const unreadable = (code: XpError['code'], message: string, hint: string) =>
  new XpError({ code, exit: 'config', message, hint })

export const experimentMissing = (file: string, siblings: readonly string[]) =>
  unreadable(
    'XP_EXPERIMENT_MISSING',
    `there is no file ${file}`,
    siblings.length === 0 ? '`xp init` writes a commented experiment' : `in that folder: ${siblings.join(', ')}`,
  )

export const experimentIsFolder = (file: string, inside: readonly string[]) =>
  unreadable(
    'XP_EXPERIMENT_IS_FOLDER',
    `${file} is a folder, not an experiment file`,
    inside.length === 0 ? 'name a YAML file' : `it holds: ${inside.join(', ')}`,
  )

export const experimentUnreadable = (file: string, cause: NodeJS.ErrnoException) =>
  new XpError({
    code: 'XP_EXPERIMENT_UNREADABLE',
    exit: 'config',
    message: `cannot read ${file}: ${cause.code === 'EACCES' ? 'no permission' : cause.message}`,
    hint: 'check who owns the file and its permissions',
    cause,
  })

export const experimentTooLarge = (file: string, bytes: number, limit: number) =>
  unreadable(
    'XP_EXPERIMENT_TOO_LARGE',
    `${file} has ${bytes} bytes; an experiment file may have ${limit}`,
    'is this the right file?',
  )

export const experimentNotUtf8 = (file: string, offset: number) =>
  unreadable(
    'XP_EXPERIMENT_NOT_UTF8',
    `${file} is not UTF-8 text: the bytes from offset ${offset} cannot be read`,
    'save it as UTF-8 in your editor',
  )

export const experimentEmpty = (file: string) =>
  unreadable('XP_EXPERIMENT_EMPTY', `${file} is empty`, '`xp init` writes a commented experiment')

/** Text that is not YAML 1.2, or not the part of it that experiments use. */
export const yamlSyntax = (where: Location, message: string, hint?: string) =>
  new XpError({ code: 'XP_YAML_SYNTAX', exit: 'config', message, where, ...(hint === undefined ? {} : { hint }) })

export const yamlConflict = (where: Location) =>
  new XpError({
    code: 'XP_YAML_CONFLICT',
    exit: 'config',
    message: 'the file has an unresolved merge conflict',
    hint: 'keep one side and delete the marker lines',
    where,
  })

export const duplicateKey = (where: Location, key: string) =>
  new XpError({
    code: 'XP_DUPLICATE_KEY',
    exit: 'config',
    message: `the key "${key}" stands twice in one map`,
    hint: 'keep one of them, or rename the other',
    where,
  })

export const refusedKey = (where: Location, key: string) =>
  new XpError({
    code: 'XP_REFUSED_KEY',
    exit: 'config',
    message: `"${key}" cannot be a key`,
    hint: 'the name is reserved by JavaScript: choose another',
    where,
  })

export const yamlTooBig = (where: Location, what: string, hint: string) =>
  new XpError({ code: 'XP_YAML_TOO_BIG', exit: 'config', message: what, hint, where })

export const inexactNumber = (where: Location, text: string, why: string, hint: string) =>
  new XpError({ code: 'XP_INEXACT_NUMBER', exit: 'config', message: `${text} ${why}`, hint, where })
