import { expect, it } from 'vitest'
import { type Choice, chooseImages } from '../../../src/images/choose-images.ts'

const folder = (perClass: readonly number[], classes = ['boot', 'sandal', 'shoe']) => ({
  classes,
  parts: {
    train: perClass.flatMap((n, label) =>
      Array.from({ length: n }, (_, i) => {
        const file = `${classes[label]}/${i}.jpg`
        return { file, sha256: `sha of ${file}`, label }
      }),
    ),
    test: [{ file: 'test/0.jpg', sha256: 'sha', label: 2 }],
  },
  skipped: ['notes.txt'],
})
const choose = (of: ReturnType<typeof folder>, choice: Choice) => chooseImages('data', of, choice)
const counts = (made: ReturnType<typeof choose>) =>
  made.classes.map((_, label) => made.parts.train?.filter((example) => example.label === label).length)

it('nothing chosen is everything', () => {
  const given = folder([2, 3, 4])
  expect(choose(given, {})).toEqual(given)
})

it('a list of labels is their order, and leaves the other classes out', () => {
  const made = choose(folder([2, 3, 4]), { labels: ['shoe', 'boot'] })
  expect(made.classes).toEqual(['shoe', 'boot'])
  expect(made.parts.train?.map(({ file, label }) => `${label} ${file}`)).toEqual([
    ...['0 shoe/0.jpg', '0 shoe/1.jpg', '0 shoe/2.jpg', '0 shoe/3.jpg', '1 boot/0.jpg', '1 boot/1.jpg'],
  ])
  expect(made.parts.test?.map(({ label }) => label)).toEqual([0])
})

it('a table of labels renames, and joins classes that get one name', () => {
  const made = choose(folder([2, 3, 4]), { labels: { sandal: 'open', boot: 'closed', shoe: 'closed' } })
  expect(made.classes).toEqual(['closed', 'open'])
  expect(counts(made)).toEqual([6, 3])
  const one = choose(folder([2, 3, 4]), { labels: { boot: 'zebra' } })
  expect(one.classes).toEqual(['sandal', 'shoe', 'zebra'])
  expect(counts(one)).toEqual([3, 4, 2])
})

it('limits keep what they took when images are added', () => {
  const made = choose(folder([20, 30, 2]), { imagesPerClass: 5 })
  expect(counts(made)).toEqual([5, 5, 2])
  const files = made.parts.train?.map(({ file }) => file) ?? []
  expect(files).toEqual(files.toSorted((a, b) => (a.slice(0, 4) === b.slice(0, 4) ? 0 : a < b ? -1 : 1)))
  const more = choose(folder([40, 30, 2]), { imagesPerClass: 5 })
  expect(more.parts.train?.filter(({ label }) => label === 1)).toEqual(
    made.parts.train?.filter(({ label }) => label === 1),
  )
  const few = choose(folder([20, 30, 40]), { limit: 18 })
  expect(few.parts.train).toHaveLength(18)
  expect(few.parts.test).toHaveLength(1)
  expect(counts(few).every((n) => n !== undefined && n > 0)).toBe(true)
  const both = choose(folder([20, 30, 40]), { imagesPerClass: 5, limit: 12 })
  expect(both.parts.train).toHaveLength(12)
  expect(Math.max(...counts(both).map(Number))).toBeLessThanOrEqual(5)
})

it('classes called like what every object has are classes', () => {
  const made = choose(folder([2, 3, 4], ['constructor', 'toString', 'valueOf']), { labels: { toString: 'x' } })
  expect(made.classes).toEqual(['constructor', 'valueOf', 'x'])
})

it.each([
  ['XP_UNKNOWN_CLASS', { labels: ['shoe', 'boots'] }, 'no class "boots"', 'did you mean "boot"?'],
  ['XP_UNKNOWN_CLASS', { labels: { quartz: 'x' } }, 'no class "quartz"', 'its classes: "boot", "sandal", "shoe"'],
  ['XP_LABEL_TWICE', { labels: ['shoe', 'shoe'] }, '"shoe" twice', 'once'],
  ['XP_ONE_CLASS', { labels: { boot: 'x', shoe: 'x', sandal: 'x' } }, 'one class only, "x"', 'second class'],
] as const)('it refuses with %s: %o', (code, choice, message, hint) => {
  let thrown: unknown
  try {
    choose(folder([1, 1, 1]), choice)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
})
