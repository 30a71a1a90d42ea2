import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { wrongType } from '../errors/config.ts'
import { noStageExported, pluginFailed, pluginMissing } from '../errors/registry.ts'
import { expectedErrors, type XpError } from '../errors/xp-error.ts'
import { createRegistry, type Registry } from '../registry/registry.ts'
import { type AnyStage, stageProblem } from '../registry/stage.ts'
import { digestTree, sha256, type TreeFile } from '../std/hash.ts'
import { describeValue } from './describe.ts'
import { folderOf, type Located, type LocatedMap, type LocatedScalar, withoutKey } from './located.ts'
import { locate } from './source.ts'

/** What plugins import as `xp`: this very program, so that its errors and artifact types are the same. */
export type PublicApi = () => Promise<Readonly<Record<string, unknown>>>

interface PluginFile {
  readonly path: string
  /** As the experiment names it. */
  readonly name: string
}

function pluginFile(node: LocatedScalar): PluginFile | undefined {
  const name = String(node.value)
  const folder = folderOf(node)
  if (isAbsolute(name) || /^\.{1,2}\//.test(name)) return { path: resolve(folder, name), name }
  try {
    return { path: createRequire(join(folder, 'experiment.yaml')).resolve(name), name }
  } catch {
    return undefined
  }
}

const isStage = (value: unknown): value is AnyStage =>
  typeof value === 'object' && value !== null && 'uses' in value && 'run' in value

/** Every stage that a module exports, by itself or in a list. */
function stagesIn(exported: Readonly<Record<string, unknown>>): readonly AnyStage[] {
  const values = Object.values(exported).flatMap((value) => (Array.isArray(value) ? value : [value]))
  return [...new Set(values.filter(isStage))]
}

/** Line and column where a plugin's own code threw. */
function placeIn(stack: string | undefined, path: string): string | undefined {
  const line = stack?.split('\n').find((frame) => frame.includes(path))
  return line === undefined ? undefined : /(:\d+:\d+)\)?$/.exec(line.trim())?.[1]
}

/** The stages of one plugin; their keys hold the digest of all code of its own that it loads. */
async function loadPlugin({ path, name }: PluginFile, api: PublicApi): Promise<readonly AnyStage[]> {
  // Read first: a file that is not there is an error of its own.
  const code = await digestOfCode(path)
  // Loaded here: most experiments have no plugins.
  const { createJiti } = await import('jiti')
  const virtualModules = { xp: (await api()) as never }
  const jiti = createJiti(import.meta.url, { fsCache: false, moduleCache: false, virtualModules })
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await jiti.import(path)
  } catch (error) {
    if (expectedErrors(error).length > 0) throw error
    const { message, stack } = error as Error
    throw pluginFailed(`${name}${placeIn(stack, path) ?? ''}`, String(message).split('\n')[0] ?? '')
  }
  const stages = stagesIn(exported)
  if (stages.length === 0) throw noStageExported(name)
  for (const stage of stages) {
    const problem = stageProblem(stage)
    if (problem !== undefined) throw pluginFailed(name, `${String(stage.uses)}: ${problem}`)
  }
  return stages.map((stage) => ({ ...stage, code }))
}

const imports = /(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g
const endings = ['', '.ts', '.mts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js']

/** The file that a relative import means, spelled with or without its ending. */
function importedFile(from: string, specifier: string): string | undefined {
  const base = resolve(from, '..', specifier)
  const candidates = [...endings.map((ending) => base + ending), base.replace(/\.js$/, '.ts')]
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/** Digest of a file and of all files that it imports by relative paths; where they lie does not matter, but to each other. */
async function digestOfCode(entry: string): Promise<string> {
  const files = new Map<string, TreeFile>()
  const open = [entry]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (files.has(path)) continue
    const text = await readFile(path, 'utf8')
    files.set(path, { path: relative(resolve(entry, '..'), path), size: text.length, sha256: sha256(text) })
    for (const [, specifier = ''] of text.matchAll(imports)) {
      const imported = importedFile(path, specifier)
      if (imported !== undefined) open.push(imported)
    }
  }
  return digestTree([...files.values()])
}

/** The stages that an experiment may use: those of `registry`, and those of its `plugins`. */
export async function withPlugins(
  root: LocatedMap,
  registry: Registry,
  api: PublicApi,
): Promise<{
  readonly root: LocatedMap
  readonly registry: Registry
  /** Absolute paths, so that they are found from anywhere. */
  readonly files: readonly string[]
  readonly errors: readonly XpError[]
}> {
  const listed = root.entries.get('plugins')?.value
  if (listed === undefined) return { root, registry, files: [], errors: [] }
  const hint = 'write plugins: [./my-stage.ts], files or installed packages'
  const isText = (item: Located): item is LocatedScalar => item.kind === 'scalar' && typeof item.value === 'string'
  if (listed.kind !== 'list' || !listed.items.every(isText)) {
    const wrong = listed.kind === 'list' ? (listed.items.find((item) => !isText(item)) ?? listed) : listed
    const error = wrongType(locate(wrong.span), 'plugins', 'a list of files', describeValue(wrong), hint)
    return { root: withoutKey(root, 'plugins'), registry, files: [], errors: [error] }
  }
  const errors: XpError[] = []
  const files: string[] = []
  let extended = registry
  for (const node of listed.items as readonly LocatedScalar[]) {
    const where = locate(node.span)
    const file = pluginFile(node)
    try {
      if (file === undefined) throw pluginMissing(String(node.value))
      const stages = await loadPlugin(file, api)
      extended = createRegistry([...extended.stages, ...stages])
      files.push(file.path)
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException
      const expected = code === 'ENOENT' ? [pluginMissing(String(node.value))] : expectedErrors(thrown)
      if (expected.length === 0) throw thrown
      errors.push(...expected.map((error) => error.at(where)))
    }
  }
  return { root: withoutKey(root, 'plugins'), registry: extended, files, errors }
}
