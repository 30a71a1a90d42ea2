import { crc32, deflateRawSync, gzipSync } from 'node:zlib'

/** An entry as it shall stand in an archive, right or wrong. */
export interface PackedEntry {
  readonly name: string | Buffer
  readonly data?: Buffer | string
  /** Unix mode with its type bits, for zip. */
  readonly mode?: number
  /** Type flag of tar: `0` a file, `5` a folder, `2` a symbolic link. */
  readonly type?: string
  readonly link?: string
  readonly flags?: number
  readonly method?: number
  /** Said instead of the real ones. */
  readonly crc?: number
  readonly size?: number
}

const bytesOf = (text: Buffer | string = '') => Buffer.from(text as string)

/** A zip file of these entries, deflated. */
export function zipOf(entries: readonly PackedEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, mode = 0o100644, flags = 0x800, method = 8, ...said } of entries) {
    const [raw, file] = [bytesOf(data), bytesOf(name)]
    const packed = method === 0 ? raw : deflateRawSync(raw)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags, 2)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt32LE(said.crc ?? crc32(raw), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(said.size ?? raw.length, 18)
    fields.writeUInt16LE(file.length, 22)
    parts.push(Buffer.from('PK\x03\x04'), fields, file, packed)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, tail, file)
    offset += 30 + file.length + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end])
}

function tarHeader({ name, data, type = '0', link = '', size = bytesOf(data).length }: PackedEntry): Buffer {
  const header = Buffer.alloc(512)
  bytesOf(name).copy(header, 0, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((a, b) => a + b, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** A tar file of these entries, with its end mark. */
export function tarOf(entries: readonly PackedEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const data = bytesOf(entry.data)
    const long = bytesOf(entry.name).length > 100
    const before = long
      ? [tarHeader({ name: '././@LongLink', type: 'L', data: entry.name }), padded(bytesOf(entry.name))]
      : []
    return [...before, tarHeader(entry), padded(data)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

const padded = (data: Buffer) => Buffer.concat([data, Buffer.alloc((512 - (data.length % 512)) % 512)])

export const tgzOf = (entries: readonly PackedEntry[]) => gzipSync(tarOf(entries))
