import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { compile } from '../../../src/compiler/compile.ts'
import { createOnnxRuntime } from '../../../src/runtime/onnx-runtime.ts'

it('says that memory is out, and what to do, when a tensor of 4 TiB does not fit', async () => {
  const length = 2 ** 20
  const { onnx } = compile(
    [
      { name: 'column', shape: [length, 1], dtype: 'float32' },
      { name: 'row', shape: [1, length], dtype: 'float32' },
    ],
    ({ column, row }) => ({ largest: tf.max(tf.exp(tf.matMul(column as tf.Tensor2D, row as tf.Tensor2D))) }),
  )
  const runtime = await createOnnxRuntime({ threads: 1 })
  const session = await runtime.load(onnx)
  const tensor = (shape: readonly number[]) => ({
    dtype: 'float32' as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  })
  const binding = session.bind({ column: tensor([length, 1]), row: tensor([1, length]) }, { largest: tensor([]) })
  await expect(binding.run()).rejects.toMatchObject({
    code: 'XP_OUT_OF_MEMORY',
    exit: 'environment',
    hint: expect.stringContaining('batchSize'),
  })
  await runtime.dispose()
})
