import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path'
import { extendsCycle, noPackageFile, wrongType } from '../errors/config.ts'
import { expectedErrors, type XpError, XpErrors } from '../errors/xp-error.ts'
import { experimentEmpty } from '../errors/yaml.ts'
import { describeValue } from './describe.ts'
import { withLongEngine } from './engine.ts'
import type { Annotation } from './excerpt.ts'
import { type Located, type LocatedMap, type LocatedScalar, withoutKey } from './located.ts'
import { merged } from './merge.ts'
import { parseYaml } from './parse-yaml.ts'
import { readExperimentText } from './read-text.ts'
import { createSource, locate, type Source } from './source.ts'

export interface Composed {
  readonly root: LocatedMap
  /** Of the file that was asked for. */
  readonly source: Source
  readonly errors: readonly XpError[]
  /** Whether all that it extends could be read; else what is missing may be in the rest. */
  readonly isWhole: boolean
}

function readRoot(source: Source): { root: LocatedMap; errors: readonly XpError[] } {
  const { root, errors } = parseYaml(source)
  if (root?.kind === 'map') return { root: withLongEngine(root), errors }
  if (errors.length > 0) throw new XpErrors(errors)
  if (root === undefined || (root.kind === 'scalar' && root.value === null))
    throw new XpErrors([experimentEmpty(source.name)])
  const where = locate(root.span)
  throw new XpErrors([
    wrongType(where, 'the experiment', 'a map', describeValue(root), 'it starts with name: and stages:'),
  ])
}

/** The texts of `extends`, one or a list; what is neither is answered as an error. */
function basesOf(node: Located | undefined): { readonly bases: readonly LocatedScalar[]; readonly error?: XpError } {
  if (node === undefined) return { bases: [] }
  const items = node.kind === 'list' ? node.items : [node]
  const isText = (item: Located): item is LocatedScalar =>
    item.kind === 'scalar' && typeof item.value === 'string' && item.value !== ''
  const wrong = items.find((item) => !isText(item))
  if (wrong === undefined) return { bases: items.filter(isText) }
  const hint = 'write extends: base.yaml, or extends: [a.yaml, b.yaml], of which the later goes before the earlier'
  return { bases: [], error: wrongType(locate(wrong.span), 'extends', 'a file', describeValue(wrong), hint) }
}

interface BaseFile {
  readonly path: string
  /** As a reader knows it. */
  readonly name: string
}

/** A base is a path from the file that names it, or else a file of an installed package: `@me/shoes/base.yaml`. */
function baseFile(source: Source, { value, span }: LocatedScalar): BaseFile {
  const text = String(value)
  const path = resolve(source.folder, text)
  if (isAbsolute(text) || /^\.{1,2}\//.test(text) || existsSync(path))
    return { path, name: isAbsolute(text) ? text : normalize(join(dirname(source.name), text)) }
  if (!/^(@[\w.-]+\/)?[\w.-]+\/./.test(text)) return { path, name: normalize(join(dirname(source.name), text)) }
  try {
    return { path: createRequire(join(source.folder, 'experiment.yaml')).resolve(text), name: text }
  } catch {
    throw noPackageFile(locate(span), text)
  }
}

/** One file over what it extends. `open` are the files on the way here, from the one that was asked for. */
async function composeFile(
  { path, name }: BaseFile,
  open: readonly BaseFile[],
  named: Annotation | undefined,
): Promise<Composed> {
  const source = createSource('file', name, await readExperimentText(path, name), dirname(path), named)
  const read = readRoot(source)
  const errors: XpError[] = [...read.errors]
  const { bases, error } = basesOf(read.root.entries.get('extends')?.value)
  if (error !== undefined) errors.push(error)
  let isWhole = error === undefined
  let base: LocatedMap | undefined
  for (const node of bases) {
    try {
      const file = baseFile(source, node)
      const chain = [...open, { path, name }]
      if (chain.some((other) => other.path === file.path))
        throw extendsCycle(locate(node.span), [...chain.map((other) => other.name), file.name])
      const composed = await composeFile(file, chain, { span: node.span, label: 'extended here' })
      errors.push(...composed.errors)
      isWhole &&= composed.isWhole
      base = base === undefined ? composed.root : merged(base, composed.root)
    } catch (thrown) {
      const expected = expectedErrors(thrown)
      if (expected.length === 0) throw thrown
      isWhole = false
      errors.push(...expected.map((problem) => problem.at(locate(node.span))))
    }
  }
  const own = withoutKey(read.root, 'extends')
  return { root: base === undefined ? own : merged(base, own), source, errors, isWhole }
}

/**
 * The experiment at absolute `path`, which the reader knows as `name`, over the files that it extends.
 * @throws XpError or XpErrors when it cannot be read at all; problems of the files that it extends are answered
 */
export const compose = (path: string, name: string): Promise<Composed> => composeFile({ path, name }, [], undefined)
