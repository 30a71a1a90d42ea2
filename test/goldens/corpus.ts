import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'

/** A file of make_corpus.py and what Pillow makes of it. */
export interface CorpusFile {
  readonly name: string
  readonly bytes: Buffer
  /** The row of docs/images.md that says how we differ. */
  readonly exception: string | undefined
  readonly pillow:
    | { readonly refused: string }
    | {
        readonly refused: undefined
        readonly width: number
        readonly height: number
        readonly sha256: string
        /** Digest of the high bytes of 16-bit gray, as RGB. */
        readonly highBytes?: string
        /** Deflated RGB bytes, in base64. */
        readonly deflated?: string
      }
}

const inflate = (text: string) => inflateSync(Buffer.from(text, 'base64'))

type Written = Omit<CorpusFile, 'bytes'> & { readonly deflated: string }

export const corpus: readonly CorpusFile[] = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'corpus.json'), 'utf8')) as readonly Written[]
).map(({ deflated, ...file }) => ({ ...file, bytes: inflate(deflated) }))

/** Pillow's pixels, where they are kept. */
export function pixelsOf({ pillow }: CorpusFile): Uint8Array {
  if (pillow.refused !== undefined || pillow.deflated === undefined) throw new Error('no pixels kept')
  return inflate(pillow.deflated)
}
