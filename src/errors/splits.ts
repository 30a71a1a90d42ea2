import { XpError } from './xp-error.ts'

export const cannotKeepGroups = () =>
  new XpError({
    code: 'XP_SPLIT_GROUPS',
    exit: 'data',
    message: "the images are in groups, which train_test_split's rows would tear apart",
    hint: 'use split/stratified or split/random, which keep groups whole, or leave groupColumn out',
  })

/** Rows that equal Hugging Face's cannot keep anything together. */
export const cannotKeepTogether = () =>
  new XpError({
    code: 'XP_SPLIT_TOGETHER',
    exit: 'config',
    message: "leaks: keepTogether would make other rows than Hugging Face's train_test_split",
    hint: 'use split/stratified or split/random with leaks: keepTogether, or leaks: warn',
  })

export const noSuchFold = (fold: number, folds: number) =>
  new XpError({
    code: 'XP_NO_SUCH_FOLD',
    exit: 'config',
    message: `there is no fold ${fold} of ${folds}`,
    hint: `folds count from 0: set fold to 0 … ${folds - 1}`,
  })

const some = (names: readonly string[]) =>
  names
    .slice(0, 10)
    .map((name) => `\n  ${JSON.stringify(name)}`)
    .join('') + (names.length > 10 ? `\n  … and ${names.length - 10} more` : '')

export const unlistedImages = (manifest: string, files: readonly string[]) =>
  new XpError({
    code: 'XP_UNLISTED_IMAGES',
    exit: 'data',
    message: `${files.length} ${files.length === 1 ? 'image is' : 'images are'} not in ${manifest}:${some(files)}`,
    hint: 'add lines for them, set unlisted: leaveOut, or let split/stratified with this manifest deal them out',
  })

/** Warning: lines of a manifest whose image the dataset lacks. */
export const listedButAbsent = (manifest: string, files: readonly string[]): string =>
  `${files.length} ${files.length === 1 ? 'image' : 'images'} of ${manifest} ${files.length === 1 ? 'is' : 'are'} not in the dataset, as ${JSON.stringify(files[0])}`

export const manifestPartUnknown = (manifest: string, part: string, parts: readonly string[]) =>
  new XpError({
    code: 'XP_MANIFEST_PART',
    exit: 'data',
    message: `${manifest} has images in the part ${JSON.stringify(part)}, to which the split gives nothing`,
    hint: `give it a fraction, or move those images into ${parts.join(' or ')}`,
  })
