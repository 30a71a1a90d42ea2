import { XpError } from './xp-error.ts'

export const duplicateStage = (uses: string) =>
  new XpError({
    code: 'XP_DUPLICATE_STAGE',
    exit: 'config',
    message: `two stages are registered as "${uses}"`,
    hint: 'give one of them another name',
  })

export const malformedStage = (uses: string) =>
  new XpError({
    code: 'XP_MALFORMED_STAGE',
    exit: 'config',
    message: `"${uses}" is not a well-formed stage: a name is family/kebab-name and a version a whole number from 1`,
    hint: 'families: load, split, transform, model, train, evaluate, report',
  })
