import type { Executor } from '../compiler/executor.ts'
import type { Engine } from '../registry/engine.ts'
import { onnxEngineFacts } from './engine-facts.ts'
import { GraphCache } from './graph-cache.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { createOnnxTrainer } from './onnx-trainer.ts'
import { ParameterSlab, slabLayout } from './parameter-slab.ts'

/** Compiles models to ONNX and runs them on `executor`, which it disposes of with itself. */
export function createOnnxEngine(executor: Executor): Engine {
  const graphs = new GraphCache(executor)
  return {
    facts: onnxEngineFacts(executor),
    trainer: (spec) => createOnnxTrainer(executor, graphs, spec),
    async predictor(classifier, weights) {
      const tensors = [...classifier.parameters, ...classifier.buffers.map((buffer) => ({ ...buffer, decay: false }))]
      const slab = new ParameterSlab(slabLayout(tensors))
      slab.set(weights)
      return new OnnxPredictor(graphs, classifier, (name) => slab.view(name))
    },
    dispose: () => executor.dispose(),
  }
}
