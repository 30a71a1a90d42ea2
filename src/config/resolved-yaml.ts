import { Document, isMap, isSeq, type Node, type Pair, type Scalar } from 'yaml'
import { redact } from '../errors/printable.ts'
import type { Origin } from '../registry/experiment.ts'
import { type Located, originOf } from './located.ts'

/** The comment beside a value that the file that was asked for does not hold itself. */
function commentOf(node: Located | undefined): string | undefined {
  const origin: Origin = node === undefined ? { from: 'default', text: 'default' } : originOf(node)
  const isOwn = origin.from === 'file' && (node?.kind !== 'scalar' || node.span.source.named === undefined)
  return isOwn ? undefined : ` ${origin.text}`
}

/** Writes the origin beside each value, once per subtree that comes from elsewhere as a whole. */
function annotate(node: unknown, located: Located | undefined, inherited: string | undefined): void {
  if (isMap(node)) {
    for (const pair of node.items as Pair<Scalar<string>, Node>[]) {
      const child = located?.kind === 'map' ? located.entries.get(pair.key.value)?.value : undefined
      const comment = commentOf(child)
      const value = pair.value
      if (comment !== undefined && comment !== inherited) {
        if (isMap(value) && value.items.length > 0) pair.key.comment = comment
        else if (value !== null) value.comment = comment
      }
      annotate(value, child, comment)
    }
  }
  if (isSeq(node)) node.flow = node.items.every((item) => !isMap(item) && !isSeq(item))
}

const redactAll = (value: unknown): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(redactAll)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactAll(inner)]))
}

/** The composed experiment as YAML, with the origin of what is not the file's own as comments; URLs without secrets. */
export function resolvedYaml(plain: Readonly<Record<string, unknown>>, root: Located): string {
  const document = new Document(redactAll(plain))
  annotate(document.contents, root, undefined)
  return document.toString({ lineWidth: 0 })
}
