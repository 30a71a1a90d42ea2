import { resolve } from 'node:path'
import { compose } from './config/compose.ts'
import { type Located, valueAt } from './config/located.ts'
import { runsDirectory, storeDirectory } from './runner/project.ts'
import { readRun, runIds } from './runner/run-history.ts'

/** What is known of a command: its flags by name, and its arguments in order. */
export interface CommandShape {
  readonly flags: Readonly<Record<string, { readonly type: string; readonly options?: readonly string[] }>>
  readonly args: Readonly<Record<string, unknown>>
}

const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** What a shell reads to complete `xp`: it asks this program for the words. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `_xp() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(xp completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]#=}"))
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _xp xp
`,
  zsh: `#compdef xp
_xp() {
  local -a found
  found=("\${(@f)$(xp completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then compadd -- $found; else _files; fi
}
compdef _xp xp
`,
  fish: `complete -c xp -a '(xp completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

const keysOf = (node: Located | undefined): readonly string[] => (node?.kind === 'map' ? [...node.entries.keys()] : [])

/** The words of the command line after `xp`, the last of which is being typed. */
class Line {
  readonly #words: readonly string[]
  readonly #folder: string

  constructor(words: readonly string[], folder: string) {
    this.#words = words
    this.#folder = folder
  }

  /** The experiment that the line names, merged with what it extends; undefined where it cannot be read. */
  async #experiment() {
    const file = this.#words.slice(0, -1).find((word) => /\.ya?ml$/.test(word))
    if (file === undefined) return undefined
    return (await compose(resolve(this.#folder, file), file).catch(() => undefined))?.root
  }

  async stageIds(): Promise<readonly string[]> {
    const root = await this.#experiment()
    return root === undefined ? [] : keysOf(valueAt(root, ['stages']))
  }

  async variants(): Promise<readonly string[]> {
    const root = await this.#experiment()
    return root === undefined ? [] : keysOf(valueAt(root, ['variants']))
  }

  /** Paths that `--set` takes, each with its equals sign. */
  async setPaths(): Promise<readonly string[]> {
    const root = await this.#experiment()
    if (root === undefined) return []
    const { stages } = await import('./stages/index.ts')
    const params = keysOf(valueAt(root, ['stages'])).flatMap((id) => {
      const uses = valueAt(root, ['stages', id, 'uses'])
      const stage = uses?.kind === 'scalar' ? stages.find((known) => known.uses === uses.value) : undefined
      return Object.keys(stage?.params.properties ?? {}).map((name) => `stages.${id}.with.${name}=`)
    })
    return ['name=', 'seed=', ...keysOf(valueAt(root, ['vars'])).map((name) => `vars.${name}=`), ...params]
  }

  async runs(): Promise<readonly string[]> {
    const runsDir = runsDirectory(this.#folder)
    const ids = (await runIds(runsDir)).slice(0, 50)
    const store = storeDirectory(this.#folder, process.env)
    const runs = await Promise.all(ids.map((id) => readRun(runsDir, id, store)))
    return ['latest', ...new Set(runs.flatMap((run) => run?.tags ?? [])), ...ids]
  }

  async stageNames(): Promise<readonly string[]> {
    return (await import('./stages/index.ts')).stages.map(({ uses }) => uses)
  }
}

/** Values of an argument or flag of a command; nothing where it is a file or free text. */
async function valuesOf(command: string, name: string, line: Line): Promise<readonly string[]> {
  if (command === 'completion') return shells
  if (command === 'cache:rm' || command === 'stages:show') return line.stageNames()
  if (name === 'stage' || name === 'until' || name === 'force') return line.stageIds()
  if (name === 'variant') return line.variants()
  if (name === 'set') return line.setPaths()
  if (['run', 'runs', 'a', 'b'].includes(name)) return line.runs()
  return []
}

/** bash takes `--force=x` apart at the equals sign. */
function joined(words: readonly string[]): { readonly words: readonly string[]; readonly isApart: boolean } {
  const out: string[] = []
  let isApart = false
  for (const [i, word] of words.entries()) {
    const previous = out.at(-1)
    const continues = word === '=' || words[i - 1] === '='
    if (continues && previous?.startsWith('--')) {
      out[out.length - 1] = previous + word
      isApart = i >= words.length - 1
    } else out.push(word)
  }
  return { words: out, isApart }
}

/**
 * What may stand in place of the last word.
 * @param given the words after `xp`, as the shell has them
 * @param commands by oclif id
 * @param folder absolute, where the shell is
 */
export async function completionsOf(
  given: readonly string[],
  commands: Readonly<Record<string, CommandShape>>,
  folder: string,
): Promise<readonly string[]> {
  const { words, isApart } = joined(given)
  const typed = words.at(-1) ?? ''
  const ids = Object.keys(commands)
  const id = [words.slice(0, 2).join(':'), words[0] ?? ''].find((name) => ids.includes(name))
  const length = id === undefined ? 0 : id.split(':').length
  const shape = id === undefined || words.length <= length ? undefined : commands[id]
  const startingWith = (found: readonly string[]) => [...new Set(found)].filter((word) => word.startsWith(typed))
  if (shape === undefined || id === undefined) {
    const before = words.slice(0, -1)
    const names = ids.map((name) => name.split(':')).filter((name) => before.every((word, i) => name[i] === word))
    return startingWith(names.flatMap((name) => name[before.length] ?? []))
  }
  const line = new Line(words, folder)
  const valuesOfFlag = async (flag: string) => shape.flags[flag]?.options ?? (await valuesOf(id, flag, line))
  const inline = /^--([\w-]+)=/.exec(typed)
  if (inline?.[1] !== undefined) {
    const found = (await valuesOfFlag(inline[1])).map((value) => inline[0] + value)
    return startingWith(found).map((value) => (isApart ? value.slice(inline[0].length) : value))
  }
  const rest = words.slice(length, -1)
  const takesValue = (word: string | undefined) =>
    word?.startsWith('--') === true && !word.includes('=') && shape.flags[word.slice(2)]?.type === 'option'
  const last = rest.at(-1)
  // A bare --force stands for every stage.
  if (takesValue(last) && last !== '--force') return startingWith(await valuesOfFlag(last?.slice(2) ?? ''))
  if (typed.startsWith('-')) return startingWith(Object.keys(shape.flags).map((name) => `--${name}`))
  const positional = rest.filter((word, i) => !word.startsWith('-') && !takesValue(rest[i - 1]))
  const names = Object.keys(shape.args)
  const name = names[Math.min(positional.length, names.length - 1)]
  return name === undefined ? [] : startingWith(await valuesOf(id, name, line))
}
