import { truncated, UndecodableImage } from './undecodable.ts'

const tableSize = 4096

const broken = () => new UndecodableImage('its compressed pixels are broken')

/**
 * Expands the LZW data of a GIF frame (GIF89a specification, appendix F).
 * @param start of the byte that holds the minimum code size
 * @param count of pixels wanted; codes beyond them are not looked at
 * @returns one palette index a pixel @throws UndecodableImage
 */
export function gifIndices(bytes: Uint8Array, start: number, count: number): Uint8Array {
  const minimum = bytes[start] ?? 0
  if (minimum < 1 || minimum > 11) throw broken()
  // A code stands for fewer pixels than the table has places and takes two bits at least.
  if (count > bytes.length * 4 * tableSize) throw truncated()
  const clear = 1 << minimum
  const suffix = new Uint8Array(tableSize)
  const prefix = new Uint16Array(tableSize)
  const reversed = new Uint8Array(tableSize + 1)
  const out = new Uint8Array(count)
  let [at, blockEnd] = [start + 1, start + 1]
  let [bits, bitCount] = [0, 0]
  let [next, size] = [clear + 2, minimum + 1]
  let previous = -1
  let first = 0

  for (let o = 0; o < count; ) {
    while (bitCount < size) {
      if (at === blockEnd) {
        const length = bytes[at]
        // Pillow needs a block in full before it looks into it.
        if (length === undefined || length === 0 || at + length >= bytes.length) throw truncated()
        blockEnd = ++at + length
      }
      bits |= (bytes[at++] as number) << bitCount
      bitCount += 8
    }
    const code = bits & ((1 << size) - 1)
    bits >>>= size
    bitCount -= size
    if (code === clear) {
      next = clear + 2
      size = minimum + 1
      previous = -1
      continue
    }
    if (code === clear + 1) throw truncated()
    if (code > next || (previous < 0 && code > clear)) throw broken()

    let length = 0
    let link = code
    if (code === next && previous >= 0) {
      reversed[length++] = first
      link = previous
    }
    while (link >= clear) {
      if (length > tableSize - 1) throw broken()
      reversed[length++] = suffix[link] as number
      link = prefix[link] as number
    }
    first = link
    reversed[length++] = first
    while (length > 0 && o < count) out[o++] = reversed[--length] as number

    if (previous >= 0 && next < tableSize) {
      suffix[next] = first
      prefix[next] = previous
      next++
      if (next === 1 << size && size < 12) size++
    }
    previous = code
  }
  return out
}
