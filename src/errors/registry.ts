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
    hint: 'families: load, split, transform, model, features, train, evaluate, report',
  })

export const pluginMissing = (name: string) =>
  new XpError({
    code: 'XP_PLUGIN_MISSING',
    exit: 'config',
    message: `there is no plugin ${name}`,
    hint: /^[./]/.test(name)
      ? 'paths start from the file that names them'
      : `a file is written ./${name}; a package has to be installed`,
  })

export const pluginFailed = (where: string, message: string) =>
  new XpError({
    code: 'XP_PLUGIN_FAILED',
    exit: 'config',
    message: `plugin ${where}: ${message}`,
    hint: 'correct the plugin; it is run as it stands, TypeScript too',
  })

export const noStageExported = (name: string) =>
  new XpError({
    code: 'XP_NO_STAGE_EXPORTED',
    exit: 'config',
    message: `plugin ${name} exports no stage`,
    hint: "export default defineStage({ uses: 'transform/mine', … })",
  })

/** What a plugin's stage threw that was no XpError. */
export const pluginStageThrew = (uses: string, cause: unknown) =>
  new XpError({
    code: 'XP_PLUGIN_STAGE_THREW',
    exit: 'stageFailed',
    message: `${uses} (a plugin) threw ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}${frameOf(cause)}`,
    hint: 'correct the plugin: for mistakes of its users it throws XpError',
    cause,
  })

/** A stage whose promise nothing in the process can settle any more. */
export const stageNeverEnds = (uses: string) =>
  new XpError({
    code: 'XP_STAGE_NEVER_ENDS',
    exit: 'stageFailed',
    message: `${uses} waits for something that never comes: nothing is left that could end it`,
    hint: 'every promise that it awaits has to be settled: is a callback never called?',
  })

export const stageStopsLate = (uses: string, seconds: number) =>
  `${uses} has not stopped ${seconds} s after it was told to: it does not look at ctx.signal. Ctrl-C once more ends it`

export const pluginWroteInput = (uses: string, input: string, damage: string) =>
  new XpError({
    code: 'XP_PLUGIN_WROTE_INPUT',
    exit: 'stageFailed',
    message: `${uses} (a plugin) changed what it was given as ${input}: ${damage}`,
    hint: 'write into ctx.scratch; what was changed is thrown away and made again by the next run',
  })

export const pluginOlder = (uses: string, version: number, cached: number) =>
  new XpError({
    code: 'XP_PLUGIN_OLDER',
    exit: 'config',
    message: `${uses} (a plugin) declares version ${version}, and the cache holds results of its version ${cached}`,
    hint: `is it an old copy? Raise its version above ${cached}, or forget those results: xp cache rm ${uses}`,
    details: { uses, version, cached },
  })

/** The innermost frame, which is the plugin's where the plugin threw. */
function frameOf(cause: unknown): string {
  const frame =
    cause instanceof Error ? cause.stack?.split('\n').find((line) => line.trim().startsWith('at ')) : undefined
  return frame === undefined ? '' : ` (${frame.trim()})`
}
