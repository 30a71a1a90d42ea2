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

/** The innermost frame, which is the plugin's where the plugin threw. */
function frameOf(cause: unknown): string {
  const frame =
    cause instanceof Error ? cause.stack?.split('\n').find((line) => line.trim().startsWith('at ')) : undefined
  return frame === undefined ? '' : ` (${frame.trim()})`
}
