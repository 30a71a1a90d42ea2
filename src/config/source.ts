import { redact } from '../errors/printable.ts'
import type { Location } from '../errors/xp-error.ts'
import { type Annotation, excerpt } from './excerpt.ts'

/** A text that config values come from: the YAML file, or one `--set` argument. */
export interface Source {
  readonly kind: 'file' | 'set'
  /** As the reader knows it: the path as given, or `--set a.b=c`. */
  readonly name: string
  readonly text: string
  /** Absolute folder that relative paths in this text start from. */
  readonly folder: string
  /** Where another source names this file, and what for. */
  readonly named?: Annotation
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[]
}

/** A piece of a source, by offsets in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

export function createSource(
  kind: Source['kind'],
  name: string,
  text: string,
  folder: string,
  named?: Annotation,
): Source {
  const lineStarts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lineStarts.push(i + 1)
  return { kind, name, text, folder, lineStarts, ...(named && { named }) }
}

/** Line and column of an offset, from 1. */
export function positionOf({ lineStarts }: Source, offset: number): { readonly line: number; readonly column: number } {
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lineStarts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: offset - (lineStarts[low] as number) + 1 }
}

/** `experiment.yaml:3:7`, or the `--set` argument. */
export function describePlace(span: Span): string {
  const { line, column } = positionOf(span.source, span.start)
  return span.source.kind === 'set' ? redact(span.source.name) : `${span.source.name}:${line}:${column}`
}

/** The places by which a file came into the experiment that was asked for. */
function chainOf({ named }: Source): readonly Annotation[] {
  return named === undefined ? [] : [named, ...chainOf(named.span.source)]
}

/** The place of an error: carets under `span` with `label`, dashes under the spans that explain it. */
export function locate(span: Span, label = '', explaining: readonly Annotation[] = []): Location {
  return {
    file: redact(span.source.name),
    ...positionOf(span.source, span.start),
    excerpt: excerpt({ span, label }, [...explaining, ...chainOf(span.source)]),
  }
}
