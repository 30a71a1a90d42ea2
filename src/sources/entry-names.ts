import { refusedEntry } from '../errors/archives.ts'
import { isClutter } from '../std/tree.ts'

/** What file systems take: bytes of one step, and of a whole path below the store. */
const maxStepBytes = 255
const maxPathBytes = 2048

/** Why a name may not be unpacked, in words; undefined when it may. */
function whyRefused(name: string): string | undefined {
  if (name === '') return 'has no name'
  if (name.includes('\0')) return 'has a NUL character in its name'
  if (name.includes('\ufffd') || /\p{Surrogate}/u.test(name)) return 'has a name that is not UTF-8'
  if (name.includes('\\')) return 'has a backslash in its name'
  if (name.startsWith('/')) return 'is an absolute path'
  if (/^[a-z]:/i.test(name)) return 'names a drive'
  if (name.split('/').includes('..')) return 'leads out of the archive with ".."'
  if (Buffer.byteLength(name) > maxPathBytes) return `has a name of more than ${maxPathBytes} bytes`
  if (name.split('/').some((step) => Buffer.byteLength(step) > maxStepBytes))
    return `has a name with a step of more than ${maxStepBytes} bytes`
  return undefined
}

/** What a file system may take for the same name: macOS and Windows are blind to case, macOS to composition too. */
const foldedName = (path: string) => path.normalize('NFC').toLowerCase().normalize('NFC')

/** The names of an archive's entries, each of which must be safe and stand for itself. */
export class EntryNames {
  readonly #archive: string
  /** By folded path: the path itself, and what it is. */
  readonly #seen = new Map<string, { readonly path: string; readonly isFolder: boolean }>()

  constructor(archive: string) {
    this.#archive = archive
  }

  /**
   * @returns the path to write, relative and with `/`; undefined for what is left out: hidden files and clutter
   * @throws XpError naming the entry when it is not safe, or two entries would be one file
   */
  add(name: string, isFolder: boolean): string | undefined {
    const why = whyRefused(name)
    if (why !== undefined) throw refusedEntry(this.#archive, name, why)
    const steps = name.split('/').filter((step) => step !== '' && step !== '.')
    if (steps.some(isClutter)) return undefined
    if (steps.length === 0 && !isFolder) throw refusedEntry(this.#archive, name, 'has no name')
    for (let i = 1; i < steps.length; i++) this.#claim(steps.slice(0, i).join('/'), true, name)
    if (steps.length > 0) this.#claim(steps.join('/'), isFolder, name)
    return steps.join('/')
  }

  #claim(path: string, isFolder: boolean, entry: string): void {
    const folded = foldedName(path)
    const other = this.#seen.get(folded)
    if (other === undefined) this.#seen.set(folded, { path, isFolder })
    else if (other.path !== path)
      throw refusedEntry(
        this.#archive,
        entry,
        `is the same name as ${JSON.stringify(other.path)} where case or the composition of accents do not count`,
      )
    else if (!isFolder || !other.isFolder)
      throw refusedEntry(
        this.#archive,
        entry,
        isFolder === other.isFolder ? 'is there twice' : 'is a file and a folder',
      )
  }
}
