import { dirname, resolve } from 'node:path'
import { badSet, setFileUnreadable, wrongType } from '../errors/config.ts'
import { expectedErrors, type XpError } from '../errors/xp-error.ts'
import type { Registry } from '../registry/registry.ts'
import { describeValue } from './describe.ts'
import { type Located, type LocatedMap, withValueAt } from './located.ts'
import { merged } from './merge.ts'
import { parseYaml } from './parse-yaml.ts'
import { readExperimentText } from './read-text.ts'
import { pathProblem, type SetPath } from './set-path.ts'
import { createSource, locate, type Source, type Span } from './source.ts'

interface Assignment extends SetPath {
  readonly value: Located
}

type Parsed<T> = { readonly parsed?: T; readonly errors: readonly XpError[] }

/** The path of `a.b=…`, and where what follows begins. */
function parsePath(flag: string, argument: string, folder: string): Parsed<SetPath & { source: Source; from: number }> {
  const text = `${flag} ${argument}`
  const source = createSource('set', text, text, folder)
  const equals = argument.indexOf('=')
  const first = flag.length + 1
  const wrong = (start: number, end: number, message: string, hint: string) => ({
    errors: [badSet(locate({ source, start, end }), message, hint)],
  })
  const form = flag === '--set' ? 'path=value' : 'path=FILE'
  if (equals < 0) {
    const example = flag === '--set' ? 'stages.train.with.epochs=5' : 'track=tracking.yaml'
    return wrong(first, text.length, `${text} has no "="`, `write ${flag} ${form}, e.g. ${flag} ${example}`)
  }
  const path = argument.slice(0, equals).split('.')
  let start = first
  const segments = path.map((segment) => {
    const span = { source, start, end: start + segment.length }
    start += segment.length + 1
    return span
  })
  const empty = segments[path.indexOf('')]
  if (empty !== undefined) {
    const hint = `write ${flag} ${form}, names joined by single points`
    return wrong(empty.start, empty.end, `a name is missing in the path of ${flag}`, hint)
  }
  return { parsed: { flag, path, segments, source, from: first + equals + 1 }, errors: [] }
}

/** Reads `a.b=value`; the value is a YAML scalar, `[…]` or `{…}`. */
function parseSet(argument: string, folder: string): Parsed<Assignment> {
  const { parsed: to, errors: ofPath } = parsePath('--set', argument, folder)
  if (to === undefined) return { errors: ofPath }
  const { source, from } = to
  const end = source.text.length
  const { root, errors } = parseYaml(source, from)
  if (errors.length > 0) return { errors }
  const span = { source, start: from, end }
  const value: Located = root ?? { kind: 'scalar', value: null, text: '', quoted: false, span }
  const text = source.text.slice(from)
  const flow = value.kind === 'scalar' || /^\s*[[{&]/.test(text)
  if (flow && source.text.slice(value.span.end).trim() === '') return { parsed: { ...to, value }, errors: [] }
  const where = locate(flow ? { source, start: value.span.end, end } : span)
  const message = flow
    ? 'the value of --set ends before this: YAML takes it for a comment'
    : 'the value of --set reads as a map or a list'
  const quoted = `--set '${to.path.join('.')}="${text.replaceAll('"', '\\"')}"'`
  return { errors: [badSet(where, message, `put quotes around a text: ${quoted}`)] }
}

/** What a YAML file holds that an argument of the command line names. */
async function readValue(argument: Source, from: number): Promise<Parsed<Located>> {
  const span = { source: argument, start: from, end: argument.text.length }
  const name = argument.text.slice(from)
  const path = resolve(argument.folder, name)
  try {
    const source = createSource('file', name, await readExperimentText(path, name), dirname(path), {
      span,
      label: 'named here',
    })
    const { root, errors } = parseYaml(source)
    return { ...(root !== undefined && { parsed: root }), errors }
  } catch (thrown) {
    const [problem] = expectedErrors(thrown)
    if (problem === undefined) throw thrown
    return { errors: [setFileUnreadable(locate(span), problem.message)] }
  }
}

/** Reads `a.b=FILE`; the value is all that the YAML or JSON file holds. */
async function parseSetFile(argument: string, folder: string): Promise<Parsed<Assignment>> {
  const { parsed: to, errors } = parsePath('--set-file', argument, folder)
  if (to === undefined) return { errors }
  const read = await readValue(to.source, to.from)
  return read.parsed === undefined
    ? { errors: read.errors }
    : { parsed: { ...to, value: read.parsed }, errors: read.errors }
}

/** The variables of a file laid over those of the experiment, which must have each of them. */
async function withVars(
  root: LocatedMap,
  argument: string,
  folder: string,
  registry: Registry,
): Promise<Parsed<LocatedMap>> {
  const flag = '--vars'
  const source = createSource('set', `${flag} ${argument}`, `${flag} ${argument}`, folder)
  const { parsed: vars, errors } = await readValue(source, flag.length + 1)
  if (vars === undefined) return { errors }
  if (vars.kind !== 'map') {
    const hint = 'it holds variables and their values, as `vars` of an experiment does'
    return { errors: [...errors, wrongType(locate(vars.span), argument, 'a map', describeValue(vars), hint)] }
  }
  const unknown = [...vars.entries].flatMap(([name, { key }]) => {
    const to = { flag, path: ['vars', name], segments: [key, key] }
    return pathProblem(root, to, registry) ?? []
  })
  if (unknown.length > 0) return { errors: [...errors, ...unknown] }
  const over: LocatedMap = {
    kind: 'map',
    span: vars.span,
    entries: new Map([['vars', { key: vars.span, value: vars }]]),
  }
  return { parsed: merged(root, over), errors }
}

/** What the command line replaces, in the order in which it is done. */
export interface Replacements {
  /** `--vars`: YAML files of variables. */
  readonly vars?: readonly string[]
  /** `--set-file`: `path=FILE`. */
  readonly setFile?: readonly string[]
  /** `--set`: `path=value`. */
  readonly set?: readonly string[]
}

/**
 * The experiment's values with those of the command line in place, before interpolation.
 * @param folder absolute, where relative paths of the command line start
 */
export async function applySets(
  root: LocatedMap,
  { vars = [], setFile = [], set = [] }: Replacements,
  { registry, folder }: { readonly registry: Registry; readonly folder: string },
): Promise<{ readonly root: LocatedMap; readonly errors: readonly XpError[] }> {
  const problems: XpError[] = []
  let changed = root
  for (const argument of vars) {
    const { parsed, errors } = await withVars(changed, argument, folder, registry)
    problems.push(...errors)
    changed = parsed ?? changed
  }
  const assignments = [
    ...(await Promise.all(setFile.map((argument) => parseSetFile(argument, folder)))),
    ...set.map((argument) => parseSet(argument, folder)),
  ]
  for (const { parsed: assignment, errors } of assignments) {
    problems.push(...errors)
    if (assignment === undefined) continue
    const unknown = pathProblem(changed, assignment, registry)
    if (unknown !== undefined) problems.push(unknown)
    else {
      const key = assignment.segments.at(-1) as Span
      changed = withValueAt(changed, assignment.path, key, assignment.value) as LocatedMap
    }
  }
  return { root: changed, errors: problems }
}
