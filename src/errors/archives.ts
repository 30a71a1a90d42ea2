import { XpError } from './xp-error.ts'

/** An entry of an archive that is not unpacked, and nothing else of the archive either. */
export const refusedEntry = (archive: string, entry: string, why: string) =>
  new XpError({
    code: 'XP_ARCHIVE_ENTRY',
    exit: 'data',
    message: `${archive} is not unpacked: its entry ${JSON.stringify(entry.length > 300 ? `${entry.slice(0, 299)}…` : entry)} ${why}`,
    hint: 'make the archive anew without it, or unpack it yourself and name the folder',
    details: { archive, entry },
  })

export const damagedArchive = (archive: string, what: string, entry?: string) =>
  new XpError({
    code: 'XP_ARCHIVE_DAMAGED',
    exit: 'data',
    message: `${archive} cannot be unpacked${entry === undefined ? '' : `, at its entry ${JSON.stringify(entry)}`}: ${what}`,
    hint: 'the file is cut off or damaged, or no archive of the kind that its name says: copy or download it again',
    details: { archive, ...(entry === undefined ? {} : { entry }) },
  })

export const archiveTooLarge = (archive: string, what: string) =>
  new XpError({
    code: 'XP_ARCHIVE_TOO_LARGE',
    exit: 'data',
    message: `${archive} is not unpacked: it holds ${what}`,
    hint: 'unpack it yourself, if you trust it, and name the folder',
    details: { archive },
  })

export const emptyArchive = (archive: string) =>
  new XpError({
    code: 'XP_ARCHIVE_EMPTY',
    exit: 'data',
    message: `${archive} holds no files`,
    hint: 'expected class folders with images, or a folder that holds them',
  })
