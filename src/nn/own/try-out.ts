import * as tf from '@tensorflow/tfjs'
import { trace } from '../../compiler/trace.ts'
import { badOwnModel, idleParameters, noTrainingStep } from '../../errors/models.ts'
import { XpError } from '../../errors/xp-error.ts'
import type { Classifier, TrainingMode } from '../../registry/engine.ts'

const examples = 2

/**
 * Goes once through a model's training step without computing it, so that what cannot be compiled or trained is said
 * before any work starts.
 * @param file names the model in errors
 * @throws what the compiler and the model throw; XP_NO_TRAINING_STEP, XP_IDLE_PARAMETERS
 */
export function tryOut(classifier: Classifier, file: string): void {
  const { buffers, image, parameters } = classifier
  const inputs = [...parameters, ...buffers].map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const }))
  const pixels = {
    name: 'pixels',
    shape: [examples, image.height, image.width, image.channels],
    dtype: 'float32' as const,
  }
  const mode: TrainingMode = {
    dropout: (x) => x,
    dropPath: (x) => x,
    setBuffer(name, value) {
      const buffer = buffers.find((b) => b.name === name)
      if (buffer === undefined) throw badOwnModel(file, `setBuffer names "${name}", which is not among the buffers`)
      if (buffer.shape.join() !== value.shape.join())
        throw badOwnModel(file, `setBuffer gives "${name}" the shape [${value.shape}], not [${buffer.shape}]`)
    },
  }
  trace([...inputs, pixels], (t) => {
    const at = (name: string) => t[name] as tf.Tensor
    const loss = (...values: tf.Tensor[]) => {
      const tensors = { ...t, ...Object.fromEntries(parameters.map(({ name }, i) => [name, values[i] as tf.Tensor])) }
      const logits = classifier.head(tensors, classifier.features(tensors, at('pixels') as tf.Tensor4D, mode), mode)
      return tf.sum(tf.logSoftmax(logits)) as tf.Scalar
    }
    const { value, grads } = gradients(
      loss,
      parameters.map(({ name }) => at(name)),
      file,
    )
    const idle = parameters.filter((_, i) => !grads[i]).map(({ name }) => name)
    if (idle.length > 0) throw idleParameters(file, idle)
    return { loss: value }
  })
}

/** Null for what the loss does not depend on, where tfjs's own function would throw. */
function gradients(loss: (...values: tf.Tensor[]) => tf.Scalar, values: tf.Tensor[], file: string) {
  try {
    return tf.engine().gradients(() => loss(...values), values, undefined, true)
  } catch (error) {
    if (error instanceof XpError) throw error
    throw noTrainingStep(file, (error as Error).message)
  }
}
