import { XpError } from './xp-error.ts'

export const fileExists = (path: string) =>
  new XpError({
    code: 'XP_FILE_EXISTS',
    exit: 'config',
    message: `${path} exists already`,
    hint: 'give another name, or --force to replace it',
  })
