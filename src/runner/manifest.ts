import type { Ingredient } from '../registry/key.ts'
import { keyOf } from '../registry/key.ts'
import { type Digest, digestTree, sha256, type TreeFile } from '../std/hash.ts'

/** The format that this version of xp writes and reads. 2: the manifest holds a digest of itself. */
const format = 2

/** One output artifact of a result: `digest` is that of `files`, and its name in the store. */
export interface StoredOutput {
  /** Artifact type, `dataset@1`. */
  readonly type: string
  readonly digest: Digest
  readonly files: readonly TreeFile[]
}

/** What a stage made from the ingredients of its key. */
export interface Manifest {
  readonly format: typeof format
  readonly key: Digest
  readonly uses: string
  readonly version: number
  readonly ingredients: readonly Ingredient[]
  readonly outputs: Readonly<Record<string, StoredOutput>>
  /** SHA-256 of `events.jsonl` beside the manifest. */
  readonly events: Digest
  readonly ms: number
  /** Id of the stage it was made for. Not part of the key: a renamed stage finds its result. */
  readonly stage: string
  /** The run that computed it. */
  readonly run: string
  /** ISO 8601, UTC. */
  readonly created: string
}

const isDigest = (value: unknown): value is Digest => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

function isOutput(value: StoredOutput): boolean {
  return isDigest(value.digest) && typeof value.type === 'string' && digestTree(value.files) === value.digest
}

/** What format a manifest is in that another version of xp wrote; undefined for one of this version, or none. */
export function foreignFormat(text: string): number | undefined {
  try {
    const { format: written } = JSON.parse(text) as { format?: unknown }
    return typeof written === 'number' && written !== format ? written : undefined
  } catch {
    return undefined
  }
}

/** The manifest as it is stored: its last field is the SHA-256 of the same text without that field. */
export function manifestText(manifest: Omit<Manifest, 'format'>): string {
  const text = JSON.stringify({ format, ...manifest })
  return `${text.slice(0, -1)},"sha256":"${sha256(text)}"}\n`
}

function isWhole(text: string): boolean {
  const [tail = '', digest] = /,"sha256":"([0-9a-f]{64})"\}\n$/.exec(text) ?? []
  return digest !== undefined && sha256(`${text.slice(0, -tail.length)}}`) === digest
}

/** The manifest in `text`, or undefined when it is not a whole and consistent manifest of `key`. */
export function parseManifest(text: string, key: Digest): Manifest | undefined {
  try {
    if (!isWhole(text)) return undefined
    const manifest = JSON.parse(text) as Manifest
    const sound =
      manifest.format === format &&
      manifest.key === key &&
      keyOf(manifest.ingredients) === key &&
      isDigest(manifest.events) &&
      Object.values(manifest.outputs).every(isOutput)
    return sound ? manifest : undefined
  } catch {
    return undefined
  }
}
