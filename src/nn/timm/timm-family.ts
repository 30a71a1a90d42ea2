import { unsupportedTimm } from '../../errors/weights.ts'
import type { TimmConfig } from './timm-config.ts'

/** Where a tensor goes: one name; several, between which its rows are shared equally; none, for what is not used. */
export type TimmRule = readonly [RegExp, string | readonly string[] | undefined]

/** What timm calls a family that is known here under Hugging Face's name. */
export interface TimmFamily {
  /** Of timm's names; the first family that fits takes a checkpoint. */
  readonly architectures: RegExp
  /** For a reader. */
  readonly examples: string
  /** The fields of Hugging Face's `config.json`, told by the shapes of the tensors. */
  config(shapes: TimmShapes, timm: TimmConfig): Readonly<Record<string, unknown>>
  /** Hugging Face's names on disk; the first rule whose pattern is the whole of a name stands. */
  rules(shapes: TimmShapes): readonly TimmRule[]
}

/** The shapes of a checkpoint's tensors. */
export class TimmShapes {
  readonly #shapes: ReadonlyMap<string, readonly number[]>
  readonly #where: string
  readonly #architecture: string

  constructor(
    tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
    where: string,
    architecture: string,
  ) {
    this.#shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]))
    this.#where = where
    this.#architecture = architecture
  }

  has(name: string): boolean {
    return this.#shapes.has(name)
  }

  /** @throws XpError when there is no such tensor, or it has no such axis */
  length(name: string, axis: number): number {
    const length = this.#shapes.get(name)?.at(axis)
    if (length === undefined) throw this.unsupported(`it has no tensor ${JSON.stringify(name)}`)
    return length
  }

  /** How many numbers, from 0 on, stand where the pattern has a group: the blocks of a stage. */
  count(pattern: RegExp): number {
    const found = [...this.#shapes.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? [])
    return new Set(found).size
  }

  unsupported(why: string): Error {
    return unsupportedTimm(this.#where, this.#architecture, why)
  }
}
