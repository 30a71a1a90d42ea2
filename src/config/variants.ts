import { unknownVariant, wrongType } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import { describeValue } from './describe.ts'
import { withLongEngine } from './engine.ts'
import { type LocatedMap, withoutKey } from './located.ts'
import { merged } from './merge.ts'
import { locate } from './source.ts'

/**
 * The experiment with the chosen of its `variants` laid over it, in order, as over a file that is extended.
 * @param chosen names from the command line
 */
export function withVariants(
  root: LocatedMap,
  chosen: readonly string[],
): { readonly root: LocatedMap; readonly errors: readonly XpError[] } {
  const listed = root.entries.get('variants')?.value
  const errors: XpError[] = []
  if (listed !== undefined && listed.kind !== 'map') {
    const hint = 'write variants: { name: { … } }, each with what it changes'
    errors.push(wrongType(locate(listed.span), 'variants', 'a map', describeValue(listed), hint))
  }
  const variants: LocatedMap['entries'] = listed?.kind === 'map' ? listed.entries : new Map()
  for (const [name, { value }] of variants)
    if (value.kind !== 'map')
      errors.push(
        wrongType(locate(value.span), `variants.${name}`, 'a map', describeValue(value), 'it holds what changes'),
      )
  let made = withoutKey(root, 'variants')
  for (const name of chosen) {
    const variant = variants.get(name)?.value
    if (variant === undefined) errors.push(unknownVariant(name, [...variants.keys()]))
    else if (variant.kind === 'map') made = merged(made, withLongEngine(variant))
  }
  return { root: made, errors }
}
