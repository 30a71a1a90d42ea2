import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The code blocks of docs/own-models.md by the file name in their first line. */
export const ownExamples: ReadonlyMap<string, string> = new Map(
  [...readFileSync(join(import.meta.dirname, '../docs/own-models.md'), 'utf8').matchAll(/```\w+\n(.*?)```/gs)].map(
    ([, text = '']) => [/^(?:\/\/|#) (\S+)\n/.exec(text)?.[1] ?? 'a block without a name', text],
  ),
)
