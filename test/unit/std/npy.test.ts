import { expect, it } from 'vitest'
import { npyHeader } from '../../../src/std/npy.ts'

it.each([
  [[3, 2, 5, 3], '(3, 2, 5, 3)', 128],
  [[7], '(7,)', 128],
  [[1_281_167, 224, 224, 3], '(1281167, 224, 224, 3)', 128],
])('it says the shape %s as numpy does', (shape, text, length) => {
  const header = Buffer.from(npyHeader(shape))
  expect(header.length).toBe(length)
  expect([...header.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length - 10, 0])
  expect(header.toString('latin1', 10)).toBe(
    `{'descr': '|u1', 'fortran_order': False, 'shape': ${text}, }`.padEnd(length - 11).concat('\n'),
  )
})
