import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Evaluation } from '../../artifacts/evaluation.ts'
import { jsonFile } from '../../artifacts/json-artifact.ts'
import { confusionSvg } from '../../reporting/confusion-svg.ts'

export type ArtifactFile = { readonly name: string } & (
  | { readonly path: string }
  | { readonly bytes: Uint8Array<ArrayBuffer> }
)

interface ArtifactFacts {
  readonly stage: string
  readonly name: string
  readonly path: string
}

/** A picture of more classes than this cannot be read. */
const mostDrawnClasses = 60

const encode = (text: string) => new TextEncoder().encode(text)

/**
 * The files that stand for one artifact of a run: a file as it is; an evaluation as its confusion matrix, for people
 * and for programs. Other folders (a model, a dataset) stay in the run's own folder.
 */
export async function filesOf({ stage, name, path }: ArtifactFacts): Promise<readonly ArtifactFile[]> {
  const isFolder = (await stat(path)).isDirectory()
  const file = isFolder ? join(path, jsonFile) : path
  const evaluation = file.endsWith('.json') ? await readEvaluation(file) : undefined
  if (evaluation !== undefined) {
    const { part, classes, confusion } = evaluation
    const stem = `${stage}/confusion_matrix`
    const drawn = classes.length <= mostDrawnClasses
    return [
      { name: `${stem}.json`, bytes: encode(`${JSON.stringify({ part, classes, confusion }, null, 1)}\n`) },
      ...(drawn ? [{ name: `${stem}.svg`, bytes: encode(confusionSvg(classes, confusion)) }] : []),
    ]
  }
  return isFolder ? [] : [{ name, path }]
}

async function readEvaluation(file: string): Promise<Evaluation | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Evaluation>
    return Array.isArray(value.confusion) && Array.isArray(value.classes) ? (value as Evaluation) : undefined
  } catch {
    return undefined
  }
}
