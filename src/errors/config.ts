import { didYouMean } from './nearest.ts'
import { type Location, XpError } from './xp-error.ts'

type Code = XpError['code']
const config = (code: Code, where: Location | undefined, message: string, hint?: string) =>
  new XpError({
    code,
    exit: 'config',
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
  })

export const unknownKey = (where: Location, key: string, container: string, hint: string) =>
  config('XP_UNKNOWN_KEY', where, `unknown key "${key}" in ${container}`, hint)

export const missingKey = (where: Location, key: string, container: string, hint: string) =>
  config('XP_MISSING_KEY', where, `${container} has no "${key}"`, hint)

export const wrongType = (where: Location, path: string, expected: string, found: string, hint?: string) =>
  config('XP_WRONG_TYPE', where, `${path}: expected ${expected}, found ${found}`, hint)

export const wrongValue = (where: Location, path: string, expected: string, found: string, hint?: string) =>
  config('XP_WRONG_VALUE', where, `${path}: expected ${expected}, found ${found}`, hint)

export const engineKeyWithoutEffect = (where: Location, key: string, engine: string, other: string) =>
  config(
    'XP_ENGINE_KEY',
    where,
    `engine.${key} has no effect with the engine ${engine}`,
    `delete it, or write name: ${other}`,
  )

export const extendsCycle = (where: Location, chain: readonly string[]) =>
  config('XP_EXTENDS_CYCLE', where, `a file extends itself: ${chain.join(' → ')}`, 'take one of them out of `extends`')

export const noPackageFile = (where: Location, name: string) =>
  config(
    'XP_NO_PACKAGE_FILE',
    where,
    `${name} is neither a file beside this one nor a file of an installed package`,
    `write ./${name} for a file; or install the package and check that it exports the file`,
  )

/** A name on the command line. */
export const unknownVariant = (name: string, names: readonly string[]) =>
  config(
    'XP_UNKNOWN_VARIANT',
    undefined,
    `--variant ${name}: the experiment has no such variant`,
    names.length === 0 ? 'it has no `variants`' : didYouMean(name, names),
  )

export const badWhen = (where: Location, id: string, found: string) =>
  config(
    'XP_WRONG_TYPE',
    where,
    `stages.${id}.when: expected true or false, found ${found}`,
    `a variable may decide: when: \${vars.name}`,
  )

export const badMatrix = (where: Location, path: string, found: string, hint: string) =>
  config('XP_BAD_MATRIX', where, `${path}: expected a list of values, found ${found}`, hint)

export const matrixTooLarge = (where: Location, stages: number, most: number) =>
  config(
    'XP_MATRIX_TOO_LARGE',
    where,
    `the matrix makes ${stages} stages, more than ${most}`,
    'try fewer values at a time',
  )

export const missingUses = (where: Location, id: string, hint: string) =>
  config('XP_MISSING_USES', where, `stage "${id}" does not say what it uses`, hint)

/** `where` is absent when the name stands on the command line. */
export const unknownStage = (where: Location | undefined, uses: string, names: readonly string[]) =>
  config('XP_UNKNOWN_STAGE', where, `there is no stage "${uses}"`, didYouMean(uses, names))

export const badStageId = (where: Location, id: string, suggestion: string) =>
  config(
    'XP_BAD_STAGE_ID',
    where,
    `"${id}" cannot name a stage`,
    `lower-case letters, digits and single hyphens: ${suggestion}`,
  )

export const secretInParams = (where: Location, path: string) =>
  config(
    'XP_SECRET_IN_PARAMS',
    where,
    `${path} holds a user name, password or token in a URL`,
    'params are hashed, logged and reported: keep secrets in environment variables of the tool that needs them',
  )

export const badSet = (where: Location, message: string, hint: string) => config('XP_BAD_SET', where, message, hint)

export const unknownSetPath = (where: Location, flag: string, segment: string, container: string, hint: string) =>
  config('XP_UNKNOWN_SET_PATH', where, `${flag} names "${segment}", which ${container} has not`, hint)

export const setFileUnreadable = (where: Location, why: string) =>
  config('XP_SET_FILE', where, why, 'name a YAML or JSON file; its path starts from the current folder')

export const badInterpolation = (where: Location, message: string, hint: string) =>
  config('XP_BAD_INTERPOLATION', where, message, hint)

export const unknownVar = (where: Location, name: string, names: readonly string[]) =>
  config(
    'XP_UNKNOWN_VAR',
    where,
    `there is no variable "${name}"`,
    names.length === 0 ? `the file has no vars: add vars: { ${name}: … }` : didYouMean(name, names),
  )

export const varCycle = (where: Location, names: readonly string[]) =>
  config(
    'XP_VAR_CYCLE',
    where,
    `variables refer to each other in a circle: ${names.join(' → ')}`,
    'give one of them a value',
  )

export const envOutsideTrack = (where: Location, name: string) =>
  config(
    'XP_ENV_OUTSIDE_TRACK',
    where,
    `environment variables cannot stand here: \${env:${name}}`,
    `only \`track\` may read them, since params are hashed, logged and reported; use vars and --set vars.name=value`,
  )

export const unsetEnv = (where: Location, path: string, name: string) =>
  config(
    'XP_UNSET_ENV',
    where,
    `${path} needs the environment variable ${name}, which is not set`,
    `export ${name}=…, or write \${env:${name}:-default}`,
  )

export const badTrackingUri = (where: Location, path: string) =>
  config(
    'XP_BAD_TRACKING_URI',
    where,
    `${path} is not the http:// or https:// address of an MLflow server`,
    'start one with `mlflow server` and give its address, e.g. http://127.0.0.1:5000',
  )
