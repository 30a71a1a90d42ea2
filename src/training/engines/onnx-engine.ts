import type { Executor } from '../../compiler/executor.ts'
import type { Engine } from '../../registry/engine.ts'
import { onnxEngineFacts } from './engine-facts.ts'
import { GraphCache } from './graph-cache.ts'
import { stateOf } from './host-tensor.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { createOnnxTrainer } from './onnx-trainer.ts'
import { fixedLayout, ParameterSlab } from './parameter-slab.ts'

/** Compiles models to ONNX and runs them on `executor`, which it disposes of with itself. */
export function createOnnxEngine(executor: Executor): Engine {
  const graphs = new GraphCache(executor)
  return {
    facts: onnxEngineFacts(executor),
    trainer: (spec) => createOnnxTrainer(executor, graphs, spec),
    async predictor(classifier, weights) {
      const slab = new ParameterSlab(executor, fixedLayout(stateOf(classifier)))
      slab.set(weights)
      return new OnnxPredictor(
        graphs,
        classifier,
        (name) => slab.tensor(name),
        () => slab.dispose(),
      )
    },
    dispose: () => executor.dispose(),
  }
}
