import { createHash } from 'node:crypto'
import type { Executor, ExecutorSession } from '../../compiler/executor.ts'
import type { Classifier } from '../../registry/engine.ts'
import { forwardGraph, type GradientGraph, type GradientVariant, gradientGraph } from './graphs.ts'

export interface GradientSession extends Pick<GradientGraph, 'masks' | 'movedBuffers' | 'scaled'> {
  readonly session: ExecutorSession
}

/**
 * The sessions of a process: a graph of a classifier is compiled once, and equal graphs, such as those of a sweep,
 * share a session. Sessions live as long as the executor.
 */
export class GraphCache {
  readonly #executor: Executor
  readonly #byDigest = new Map<string, Promise<ExecutorSession>>()
  readonly #forward = new WeakMap<Classifier, Map<number, Promise<ExecutorSession>>>()
  readonly #gradient = new WeakMap<Classifier, Map<string, Promise<GradientSession>>>()

  constructor(executor: Executor) {
    this.#executor = executor
  }

  /** The session of an ONNX model, told by its bytes. */
  load(onnx: Uint8Array): Promise<ExecutorSession> {
    return remember(this.#byDigest, createHash('sha256').update(onnx).digest('hex'), () => this.#executor.load(onnx))
  }

  forward(classifier: Classifier, batchSize: number): Promise<ExecutorSession> {
    const known = remember(this.#forward, classifier, () => new Map<number, Promise<ExecutorSession>>())
    return remember(known, batchSize, () => this.load(forwardGraph(classifier, batchSize, this.#executor.target).onnx))
  }

  gradient(classifier: Classifier, variant: GradientVariant): Promise<GradientSession> {
    const known = remember(this.#gradient, classifier, () => new Map<string, Promise<GradientSession>>())
    return remember(known, JSON.stringify(variant), async () => {
      const { onnx, masks, movedBuffers, scaled } = gradientGraph(classifier, {
        ...variant,
        target: this.#executor.target,
      })
      return { session: await this.load(onnx), masks, movedBuffers, scaled }
    })
  }
}

function remember<K extends object, V>(known: WeakMap<K, V>, key: K, make: () => V): V
function remember<K, V>(known: Map<K, V>, key: K, make: () => V): V
function remember<K, V>(
  known: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
