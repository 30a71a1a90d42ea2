import type { OutputPorts, OutputValues } from '../registry/artifact.ts'
import type { Ingredient } from '../registry/key.ts'
import type { AnyStage, EarlierResult } from '../registry/stage.ts'
import { canonicalJson, type Json } from '../std/canonical-json.ts'
import type { Store } from './store.ts'

/** The value of the ingredient `name` in `other`, where all the others are as in `current`; else undefined. */
function differsOnlyIn(
  name: string,
  current: readonly Ingredient[],
  other: readonly Ingredient[],
): { readonly value: Json | undefined } | undefined {
  const without = (list: readonly Ingredient[]) => canonicalJson(list.filter(([own]) => own !== name))
  if (without(current) !== without(other)) return undefined
  return { value: other.find(([own]) => own === name)?.[1] }
}

/** Whole results of a stage in the store whose key differs from `ingredients` in one param only, latest first. */
export async function earlierResults(
  store: Store,
  { uses, outputs }: AnyStage,
  ingredients: readonly Ingredient[],
  param: string,
): Promise<readonly EarlierResult<OutputPorts>[]> {
  const found: EarlierResult<OutputPorts>[] = []
  for (const { key, ingredients: other } of await store.history(uses)) {
    const difference = differsOnlyIn(`params.${param}`, ingredients, other)
    if (difference === undefined) continue
    const result = await store.lookup(key)
    if (result.kind !== 'hit') continue
    found.push({
      ...difference,
      async outputs() {
        const read = Object.entries(outputs as OutputPorts).map(async ([port, type]) => {
          const stored = result.manifest.outputs[port]
          return [port, stored && (await type.read(store.objectDir(stored.digest)))] as const
        })
        return Object.fromEntries(await Promise.all(read)) as OutputValues<OutputPorts>
      },
    })
  }
  return found
}
