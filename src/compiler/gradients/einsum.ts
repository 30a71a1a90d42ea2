import * as tf from '@tensorflow/tfjs'
import { readEquation } from '../einsum.ts'
import type { Gradient } from './gradient.ts'

/** Of each operand: dy and the other operand in another einsum, repeated along the axes that were only summed. */
export const einsumGradient: Gradient = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc(dy, saved, { equation }) {
    const { terms, result } = readEquation(String(equation))
    const gradientOf = (index: number) => () => {
      const own = terms[index] ?? []
      const { shape } = saved[index] as tf.Tensor
      const others = saved.filter((_, i) => i !== index)
      const read = [result, ...terms.filter((_, i) => i !== index)]
      const reached = own.filter((letter) => read.some((letters) => letters.includes(letter)))
      const inner = `${read.map((letters) => letters.join('')).join(',')}->${reached.join('')}`
      const part = tf.einsum(inner, dy as tf.Tensor, ...others)
      const kept = own.map((letter, axis) => (reached.includes(letter) ? (shape[axis] as number) : 1))
      return tf.broadcastTo(tf.reshape(part, kept), shape)
    }
    return Object.fromEntries(saved.map((_, i) => [`${i}`, gradientOf(i)]))
  },
}
