import { nearest } from './nearest.ts'
import { XpError } from './xp-error.ts'

const named = (items: readonly string[], shown: number) =>
  items.slice(0, shown).join(', ') + (items.length > shown ? ` and ${items.length - shown} more` : '')

export const unreadableImage = (path: string, reason: string) =>
  new XpError({
    code: 'XP_UNREADABLE_IMAGE',
    exit: 'data',
    message: `${path} cannot be read as an image: ${reason}`,
    hint: 'replace the file or remove it from the folder',
    details: { path, reason },
  })

/** Every unreadable file of a folder; the first 20 are named. */
export const unreadableImages = (root: string, bad: readonly { readonly file: string; readonly reason: string }[]) =>
  new XpError({
    code: 'XP_UNREADABLE_IMAGE',
    exit: 'data',
    message: [
      `${bad.length} ${bad.length === 1 ? 'file' : 'files'} in ${root} cannot be read as images:`,
      ...bad.slice(0, 20).map(({ file, reason }) => `  ${JSON.stringify(file)}: ${reason}`),
      ...(bad.length > 20 ? [`  … and ${bad.length - 20} more`] : []),
    ].join('\n'),
    hint: 'replace these files or remove them from the folder',
    details: { root, count: bad.length, files: bad.slice(0, 20) },
  })

export const missingImageFolder = (root: string) =>
  new XpError({
    code: 'XP_MISSING_IMAGE_FOLDER',
    exit: 'data',
    message: `the image folder ${root} does not exist or is not a folder`,
    hint: 'root is relative to the YAML file that names it',
  })

export const emptyImageFolder = (root: string) =>
  new XpError({
    code: 'XP_EMPTY_IMAGE_FOLDER',
    exit: 'data',
    message: `the image folder ${root} is empty`,
    hint: 'expected one folder of images per class: root/shoe/1.jpg, root/boot/1.jpg',
  })

export const noClassFolders = (root: string) =>
  new XpError({
    code: 'XP_NO_CLASS_FOLDERS',
    exit: 'data',
    message: `${root} holds no class folders: the files in it lie directly under it`,
    hint: 'expected one folder of images per class: root/shoe/1.jpg, root/boot/1.jpg',
  })

export const oneClassOnly = (root: string, name: string) =>
  new XpError({
    code: 'XP_ONE_CLASS',
    exit: 'data',
    message: `${root} holds one class only, ${JSON.stringify(name)}: there is nothing to tell apart`,
    hint: 'name the folder above the class folders as root, or add a second class',
  })

/** Classes that `labels` names and the data does not have. */
export const unknownClasses = (root: string, names: readonly string[], classes: readonly string[]) => {
  const near = nearest(names[0] ?? '', classes)
  return new XpError({
    code: 'XP_UNKNOWN_CLASS',
    exit: 'data',
    message: `${root} has no class ${names.map((name) => JSON.stringify(name)).join(', ')}, which labels names`,
    hint:
      near === undefined
        ? `its classes: ${named(
            classes.map((name) => JSON.stringify(name)),
            10,
          )}`
        : `did you mean ${JSON.stringify(near)}?`,
  })
}

export const groupsWithoutTable = (root: string, column: string) =>
  new XpError({
    code: 'XP_NO_GROUPS',
    exit: 'data',
    message: `${root} has no metadata file, so no column ${JSON.stringify(column)} to take groups from`,
    hint: 'add a metadata.csv with file_name, label and that column, or leave groupColumn out',
  })

export const labelTwice = (names: readonly string[]) => {
  const twice = names.find((name, i) => names.indexOf(name) !== i) ?? ''
  return new XpError({
    code: 'XP_LABEL_TWICE',
    exit: 'config',
    message: `labels names ${JSON.stringify(twice)} twice`,
    hint: 'name each class once, in the order of the labels',
  })
}

/** Folders of classes whose names differ in case alone. */
export const twinClasses = (root: string, [one, other]: readonly [string, string]) =>
  new XpError({
    code: 'XP_TWIN_CLASSES',
    exit: 'data',
    message: `${root} holds class folders whose names differ in case alone: ${JSON.stringify(one)} and ${JSON.stringify(other)}`,
    hint: 'give them one name if they are one class, or two names that macOS and Windows can tell apart',
  })

export const classesWithoutImages = (root: string, names: readonly string[]) =>
  new XpError({
    code: 'XP_CLASS_WITHOUT_IMAGES',
    exit: 'data',
    message: `${root} has class folders without an image: ${named(
      names.map((n) => JSON.stringify(n)),
      10,
    )}`,
    hint: 'add images (.jpg, .png, .gif, .webp, .tif, .avif, .bmp, .ppm) or remove the folders',
  })

/** Folders of parts (train, test) beside folders of which nobody can tell what they are. */
export const partsBesideClasses = (root: string, parts: readonly string[], others: readonly string[]) =>
  new XpError({
    code: 'XP_PARTS_BESIDE_CLASSES',
    exit: 'data',
    message: `${root} holds folders of parts (${parts.join(', ')}) beside other folders with images: ${named(
      others.map((name) => JSON.stringify(name)),
      10,
    )}`,
    hint: 'move those into a part, as train/shoe/1.jpg, or name one of the folders as root',
  })

export const twinParts = (root: string, [one, other]: readonly [string, string]) =>
  new XpError({
    code: 'XP_TWIN_PARTS',
    exit: 'data',
    message: `${root} holds two folders of one part: ${JSON.stringify(one)} and ${JSON.stringify(other)}`,
    hint: 'move their images into one of them',
  })

/** A split of a dataset that has parts already, not told which. */
export const alreadySplit = (parts: readonly string[]) =>
  new XpError({
    code: 'XP_ALREADY_SPLIT',
    exit: 'data',
    message: `the dataset has the parts ${parts.join(', ')} already; splitting all of them anew would mix them`,
    hint: `set "of" to the part to split, as of: ${parts[0]}; the others stay as they are. Or leave the stage out`,
  })

export const noSuchPart = (part: string, parts: readonly string[]) =>
  new XpError({
    code: 'XP_NO_SUCH_PART',
    exit: 'data',
    message: `the dataset has no part "${part}" to split: it has ${parts.join(', ')}`,
    hint: `set "of" to one of them, or leave it out`,
  })

/** A split makes a part that another folder holds already. */
export const partTwice = (part: string, of: string) =>
  new XpError({
    code: 'XP_PART_TWICE',
    exit: 'data',
    message: `the dataset has a part "${part}" already, beside the part "${of}" that is split`,
    hint: `give "${part}" nothing of the split, or move its images into "${of}"`,
  })

export const splitFractions = (given: Readonly<Record<string, number>>) => {
  const sum = Object.values(given).reduce((a, b) => a + b, 0)
  const terms = Object.entries(given).map(([part, f]) => `${part} ${f}`)
  return new XpError({
    code: 'XP_SPLIT_FRACTIONS',
    exit: 'config',
    message: `the parts of a split must add up to 1: ${terms.join(' + ')} = ${Number(sum.toFixed(9))}`,
    hint: 'for example train: 0.64, validation: 0.16, test: 0.2',
  })
}

export const emptyPart = (part: string, examples: number) =>
  new XpError({
    code: 'XP_EMPTY_PART',
    exit: 'data',
    message: `the part "${part}" of the split would be empty: the dataset has ${examples} images`,
    hint: 'add images or give the part a larger fraction',
  })

export const splitSize = (part: string, size: number) =>
  new XpError({
    code: 'XP_SPLIT_SIZE',
    exit: 'config',
    message: `the part "${part}" of a split cannot hold ${size} images`,
    hint: 'below 1 it is a share, as 0.2; from 1 on a whole number of images, as 500',
  })

export const nothingToSplitOff = () =>
  new XpError({
    code: 'XP_SPLIT_SIZE',
    exit: 'config',
    message: 'a split without a part beside "train" leaves the dataset as it is',
    hint: 'set test or validation, as test: 0.2',
  })

/** A split that keeps the proportions of classes, of too few images. */
export const tooFewForStratifying = (
  part: string,
  images: number,
  classes: readonly string[],
  counts: readonly number[],
) => {
  const rare = classes.filter((_, label) => (counts[label] ?? 0) < 2).map((name) => JSON.stringify(name))
  return new XpError({
    code: 'XP_TOO_FEW_TO_STRATIFY',
    exit: 'data',
    message:
      rare.length > 0
        ? `classes with fewer than 2 images cannot be split in proportion: ${rare.join(', ')}`
        : `a split into "${part}" (${images} images) and the rest needs an image of each of ${classes.length} classes in both`,
    hint: 'add images, make the part larger, or set stratify: false',
  })
}

/** Images of one set, and the parts that they lie in. */
type Leak = { readonly images: readonly { readonly part: string; readonly file: string }[] }

const leakText = (leaks: readonly Leak[]) => [
  `${leaks.length} ${leaks.length === 1 ? 'set' : 'sets'} of equal or nearly equal images ${leaks.length === 1 ? 'lies' : 'lie'} in more than one part:`,
  ...leaks.slice(0, 5).map(({ images }) => {
    const shown = images.slice(0, 4).map(({ part, file }) => `${part}: ${JSON.stringify(file)}`)
    return `  ${shown.join(', ')}${images.length > shown.length ? `, and ${images.length - shown.length} more` : ''}`
  }),
  ...(leaks.length > 5 ? [`  … and ${leaks.length - 5} more`] : []),
]

/** Images that leak between parts, for a reader's warning. */
export const leaksWarning = (leaks: readonly Leak[]): string => leakText(leaks).join('\n')

/** @param remedy what to do at the stage that found them */
export const leakingParts = (leaks: readonly Leak[], remedy: string) =>
  new XpError({
    code: 'XP_LEAK',
    exit: 'data',
    message: leakText(leaks).join('\n'),
    hint: remedy,
    details: { count: leaks.length, leaks: leaks.slice(0, 20) },
  })
