/**
 * The header of a NumPy `.npy` file of bytes in row-major order, format 1.0: the values follow it, and
 * `numpy.load(path, mmap_mode="r")` maps them. Its length depends on the shape and is a multiple of 64.
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  const before = 10
  const length = Math.ceil((before + text.length + 1) / 64) * 64
  const header = new Uint8Array(length).fill(0x20)
  header.set([0x93, ...Buffer.from('NUMPY'), 1, 0, (length - before) & 0xff, (length - before) >> 8])
  header.set(Buffer.from(text), before)
  header[length - 1] = 0x0a
  return header
}
