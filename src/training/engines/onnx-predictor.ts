import type { Binding, BoundTensor } from '../../compiler/executor.ts'
import type { Batch, Classifier, Predictor } from '../../registry/engine.ts'
import { collectGarbage } from './collect-garbage.ts'
import type { GraphCache } from './graph-cache.ts'
import { imageShape } from './graphs.ts'
import { float32, stateOf, type TensorView, tensorsAt } from './host-tensor.ts'

interface Forward {
  readonly binding: Binding
  readonly pixels: Float32Array
  readonly logits: Float32Array
}

/** Binds the compiled forward graph of each batch size to weights that may change between calls. */
export class OnnxPredictor implements Predictor {
  readonly #graphs: GraphCache
  readonly #classifier: Classifier
  readonly #weights: Readonly<Record<string, BoundTensor>>
  readonly #onDispose: () => void
  readonly #bySize = new Map<number, Forward>()

  constructor(graphs: GraphCache, classifier: Classifier, view: TensorView, onDispose = () => {}) {
    this.#onDispose = onDispose
    this.#graphs = graphs
    this.#classifier = classifier
    this.#weights = tensorsAt(stateOf(classifier), view)
  }

  async logits({ size, pixels }: Pick<Batch, 'size' | 'pixels'>): Promise<Float32Array> {
    const forward = this.#bySize.get(size) ?? (await this.#bind(size))
    forward.pixels.set(pixels)
    await forward.binding.run()
    return forward.logits.slice()
  }

  async dispose(): Promise<void> {
    for (const { binding } of this.#bySize.values()) binding.dispose()
    this.#bySize.clear()
    this.#onDispose()
  }

  async #bind(size: number): Promise<Forward> {
    const session = await this.#graphs.forward(this.#classifier, size)
    const pixels = float32(imageShape(this.#classifier, size))
    const logits = float32([size, this.#classifier.labels.length])
    const binding = session.bind({ ...this.#weights, pixels }, { logits })
    const forward = { binding, pixels: pixels.data, logits: logits.data }
    this.#bySize.set(size, forward)
    collectGarbage()
    return forward
  }
}
