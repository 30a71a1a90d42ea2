/** Float32 values of IEEE 754 binary16 bit patterns. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (h) => {
    const sign = h & 0x8000 ? -1 : 1
    const [exponent, fraction] = [(h >> 10) & 0x1f, h & 0x3ff]
    if (exponent === 0) return sign * fraction * 2 ** -24
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })
}

/** Float32 values of bfloat16 bit patterns: the upper halves of float32's. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = Uint32Array.from(bits, (b) => b << 16)
  return new Float32Array(words.buffer)
}
