import { didYouMean } from './nearest.ts'
import { XpError } from './xp-error.ts'

export const unknownStageName = (uses: string, names: readonly string[]) =>
  new XpError({
    code: 'XP_UNKNOWN_STAGE',
    exit: 'config',
    message: `there is no stage "${uses}"`,
    hint: didYouMean(uses, names),
  })

export const fileExists = (path: string) =>
  new XpError({
    code: 'XP_FILE_EXISTS',
    exit: 'config',
    message: `${path} exists already`,
    hint: 'give another name, or --force to replace it',
  })
