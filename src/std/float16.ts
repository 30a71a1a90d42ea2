function float16ToNumber(h: number): number {
  const sign = h & 0x8000 ? -1 : 1
  const [exponent, fraction] = [(h >> 10) & 0x1f, h & 0x3ff]
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The value of every bit pattern, made when the first half float is read: 256 KiB. */
let values: Float32Array | undefined

/** Float32 values of IEEE 754 binary16 bit patterns. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  values ??= Float32Array.from({ length: 1 << 16 }, (_, h) => float16ToNumber(h))
  const floats = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) floats[i] = values[bits[i] as number] as number
  return floats
}

/** Float32 values of bfloat16 bit patterns: the upper halves of float32's. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) words[i] = (bits[i] as number) << 16
  return new Float32Array(words.buffer)
}
