import { XpError } from './xp-error.ts'

const quoted = (files: readonly string[], count = files.length, shown = 3): string =>
  files
    .slice(0, shown)
    .map((file) => JSON.stringify(file))
    .join(', ') + (count > shown ? ', …' : '')

const images = (count: number, one: string, several: string) =>
  `${count} ${count === 1 ? `image ${one}` : `images ${several}`}`

/** Warning: files that were left out because they cannot be read. */
export const unreadableLeftOut = (bad: readonly { readonly file: string; readonly reason: string }[]): string =>
  [
    `${images(bad.length, 'cannot be read and was', 'cannot be read and were')} left out:`,
    ...bad.slice(0, 20).map(({ file, reason }) => `  ${JSON.stringify(file)}: ${reason}`),
    ...(bad.length > 20 ? [`  … and ${bad.length - 20} more`] : []),
  ].join('\n')

export const classUnreadable = (root: string, name: string, count: number) =>
  new XpError({
    code: 'XP_CLASS_UNREADABLE',
    exit: 'data',
    message: `${root}: none of the ${count} images of class ${JSON.stringify(name)} can be read`,
    hint: 'replace them, or leave the class out with labels',
  })

/** Warning: images of which others are like. */
export const lookalikesFound = (alike: number, sets: number, files: readonly string[]): string =>
  `${images(alike, 'is', 'are')} equal or nearly equal to others, in ${sets} ${sets === 1 ? 'set' : 'sets'}, as ${quoted(files)}`

/** Warning: images of equal content with different labels. */
export const labelConflicts = (
  conflicts: readonly (readonly { readonly file: string; readonly label: string }[])[],
): string =>
  [
    `${conflicts.length === 1 ? 'one image has' : `${conflicts.length} images have`} several labels: files of equal content in different classes:`,
    ...conflicts.slice(0, 5).map(
      (files) =>
        `  ${files
          .slice(0, 4)
          .map(({ file, label }) => `${JSON.stringify(file)} (${label})`)
          .join(', ')}`,
    ),
    ...(conflicts.length > 5 ? [`  … and ${conflicts.length - 5} more`] : []),
  ].join('\n')

interface TornGroup {
  readonly group: string
  readonly parts: readonly string[]
}

/** Warning: groups of which several parts have images. */
export const groupsTorn = (torn: readonly TornGroup[]): string =>
  [
    `${torn.length === 1 ? 'one group has' : `${torn.length} groups have`} images in more than one part:`,
    ...torn.slice(0, 5).map(({ group, parts }) => `  ${JSON.stringify(group)}: ${parts.join(', ')}`),
    ...(torn.length > 5 ? [`  … and ${torn.length - 5} more`] : []),
  ].join('\n')

export const tornGroupsFail = (torn: readonly TornGroup[]) =>
  new XpError({
    code: 'XP_GROUPS_TORN',
    exit: 'data',
    message: groupsTorn(torn),
    hint: 'move the images of each group into one part, or set leaks: warn',
    details: { count: torn.length, groups: torn.slice(0, 20) },
  })

/** Warning: one class has many times the images of another. */
export const imbalance = (large: readonly [string, number], small: readonly [string, number]): string =>
  `class ${JSON.stringify(large[0])} has ${large[1]} images, ${JSON.stringify(small[0])} ${small[1]}: consider classWeights: balanced when training`

/** Warning: images much smaller than the others. */
export const smallImages = (count: number, files: readonly string[]): string =>
  `${images(count, 'is', 'are')} less than a quarter of the usual size: ${quoted(files, count)}`

export const elongatedImages = (count: number, ratio: number, files: readonly string[]): string =>
  `${images(count, 'has', 'have')} a side over ${ratio} times the other, of which a crop or a squeeze leaves little: ${quoted(files, count)}`

/** Warning: the pixels beneath an alpha channel are used as they are, as Pillow's convert("RGB") does. */
export const alphaDropped = (count: number): string =>
  `${images(count, 'has', 'have')} an alpha channel, which is dropped: what it hid is seen`
