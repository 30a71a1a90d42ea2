import { didYouMean } from './nearest.ts'
import { type Location, XpError } from './xp-error.ts'

const wiring = (code: XpError['code'], where: Location, message: string, hint: string) =>
  new XpError({ code, exit: 'config', message, hint, where })

/** `at` is the place in the file, or the option that names the stage. */
/** An input that only a stage could feed that `when: false` leaves out. */
export const stageLeftOut = (where: Location, id: string, needed: string) =>
  new XpError({
    code: 'XP_STAGE_LEFT_OUT',
    exit: 'config',
    message: `"${id}" is left out by its \`when\`, and ${needed} needs it`,
    hint: `leave that out too (when: …), or feed it from another stage`,
    where,
  })

/** A stage to run again that does not run at all. */
export const forcedLeftOut = (id: string, until: string) =>
  new XpError({
    code: 'XP_FORCED_LEFT_OUT',
    exit: 'config',
    message: `--force=${id}: that stage does not take part: --until ${until} does not need it`,
    hint: 'leave one of the two out',
  })

export const unknownStageId = (at: Location | string, id: string, ids: readonly string[]) =>
  new XpError({
    code: 'XP_UNKNOWN_STAGE_ID',
    exit: 'config',
    message: `${typeof at === 'string' ? `${at}: ` : ''}the experiment has no stage "${id}"`,
    hint: didYouMean(id, ids),
    ...(typeof at === 'string' ? {} : { where: at }),
  })

export const unknownInputPort = (where: Location, stage: string, port: string, ports: readonly string[]) =>
  ports.length === 0
    ? wiring('XP_UNKNOWN_PORT', where, `stage "${stage}" takes no input`, 'delete `from`')
    : wiring('XP_UNKNOWN_PORT', where, `stage "${stage}" has no input "${port}"`, didYouMean(port, ports))

export const unknownOutputPort = (where: Location, stage: string, port: string, ports: readonly string[]) =>
  wiring('XP_UNKNOWN_PORT', where, `stage "${stage}" has no output "${port}"`, didYouMean(port, ports))

export const malformedFrom = (where: Location, path: string, found: string, hint: string) =>
  wiring('XP_MALFORMED_FROM', where, `${path}: expected the id of a stage, found ${found}`, hint)

export const wrongArtifactType = (where: Location, input: string, wanted: string, given: string, hint: string) =>
  wiring('XP_WRONG_ARTIFACT_TYPE', where, `${input} takes ${wanted}, but ${given}`, hint)

export const missingInput = (
  where: Location,
  stage: string,
  ports: readonly { readonly name: string; readonly type: string }[],
  hint: string,
) => {
  const needed = ports.map(({ name, type }) => `"${name}" of type ${type}`).join(' and ')
  return wiring('XP_MISSING_INPUT', where, `stage "${stage}" needs an input ${needed}`, hint)
}

export const ambiguousInput = (where: Location, message: string, hint: string) =>
  wiring('XP_AMBIGUOUS_INPUT', where, message, hint)

export const stageCycle = (where: Location, ids: readonly string[]) =>
  ids.length === 2
    ? wiring('XP_CYCLE', where, `stage "${ids[0]}" takes its own output`, 'take the output of another stage')
    : wiring('XP_CYCLE', where, `stages wait for each other in a circle: ${ids.join(' → ')}`, 'cut one of these inputs')
