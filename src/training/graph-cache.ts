import type { Executor, ExecutorSession } from '../compiler/executor.ts'
import type { Classifier } from '../registry/engine.ts'
import { forwardGraph, gradientGraph } from './graphs.ts'

const compilers = { forward: forwardGraph, gradient: gradientGraph } as const

/** Compiled graphs by classifier and batch size; a short last batch has graphs of its own. */
export class GraphCache {
  readonly #executor: Executor
  readonly #sessions = new Map<Classifier, Map<string, Promise<ExecutorSession>>>()

  constructor(executor: Executor) {
    this.#executor = executor
  }

  session(
    kind: keyof typeof compilers,
    classifier: Classifier,
    batchSize: number,
    trainable: readonly string[] = [],
  ): Promise<ExecutorSession> {
    const ofClassifier = this.#sessions.get(classifier) ?? new Map<string, Promise<ExecutorSession>>()
    this.#sessions.set(classifier, ofClassifier)
    const key = JSON.stringify([kind, batchSize, trainable])
    const session = ofClassifier.get(key) ?? this.#executor.load(compilers[kind](classifier, batchSize, trainable))
    ofClassifier.set(key, session)
    return session
  }
}
