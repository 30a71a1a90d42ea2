import { compileFunction } from 'node:vm'
import * as tf from '@tensorflow/tfjs'
import { createJiti } from 'jiti'
import { modelFileFailed, modelImport, noModelExported } from '../../errors/models.ts'
import { XpError } from '../../errors/xp-error.ts'
import { defineModel, type ModelFactory } from '../../registry/own-model.ts'

/** A model file: its text, and the name that errors give it. */
export interface ModelSource {
  readonly text: string
  /** Absolute, so that the lines of its code are found in stack traces. */
  readonly file: string
}

/**
 * Runs a model file, TypeScript or JavaScript, and answers what it exports as a factory. Types are stripped in place, so
 * lines stay; the file sees this program's tfjs, whatever is installed beside it.
 * @throws XP_MODEL_FILE_FAILED, XP_MODEL_IMPORT, XP_NO_MODEL_EXPORTED
 */
export function factoryOf(source: ModelSource): ModelFactory {
  // Else tfjs greets at the first layer.
  tf.enableProdMode()
  const { text, file } = source
  const load = (name: string): unknown => {
    if (name === '@tensorflow/tfjs') return tf
    if (name === 'xp') return { defineModel }
    const line = text.split('\n').findIndex((code) => code.includes(`'${name}'`) || code.includes(`"${name}"`)) + 1
    throw modelImport(`${file}:${line}`, name)
  }
  const module = { exports: {} as Record<string, unknown> }
  guarded(source, () => {
    const transpiler = createJiti(import.meta.url, { fsCache: false })
    const code = transpiler.transform({ source: text, filename: file, ts: true, retainLines: true })
    compileFunction(code, ['exports', 'require', 'module'], { filename: file })(module.exports, load, module)
  })
  const unparsed = module.exports.__JITI_ERROR__ as { line: number; message: string } | undefined
  if (unparsed !== undefined) throw modelFileFailed(`${file}:${unparsed.line}`, unparsed.message.trim())
  const exported = module.exports.default ?? module.exports
  if (typeof exported === 'function') return exported as ModelFactory
  if (exported instanceof tf.LayersModel) return () => exported
  throw noModelExported(file)
}

/** Deep enough for a line of the model file below the frames of tfjs. */
const frames = 100

/** Runs code of a model file; what it throws becomes an error that names its line. */
export function guarded<T>({ file }: ModelSource, run: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = frames
  try {
    return run()
  } catch (error) {
    if (error instanceof XpError) throw error
    const { stack = '', message = String(error) } = error as Error
    const line = stack
      .split('\n')
      .flatMap((frame) =>
        frame.includes(`${file}:`) ? (/:(\d+)(?::\d+)?\)?$/.exec(frame.trim())?.slice(1) ?? []) : [],
      )[0]
    throw modelFileFailed(line === undefined ? file : `${file}:${line}`, message.split('\n')[0] ?? '')
  } finally {
    Error.stackTraceLimit = limit
  }
}
