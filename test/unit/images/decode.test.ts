import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { decodeBytes, decodeImage } from '../../../src/images/decode.ts'
import { readJpegHeader } from '../../../src/images/jpeg-header.ts'
import { decodeJpegTurbo } from '../../../src/images/jpeg-turbo.ts'
import { picture } from './picture.ts'

let dir: string
let jpeg: Buffer
const raw = (width: number, height: number) => {
  const { data } = picture(width, height)
  return sharp(data, { raw: { width, height, channels: 3 } })
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-decode-'))
  jpeg = await raw(80, 60).jpeg({ quality: 85 }).toBuffer()
})

async function failure(name: string, bytes: Uint8Array): Promise<XpError> {
  const path = join(dir, name)
  await writeFile(path, bytes)
  const error = await decodeImage(path).then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(XpError)
  expect((error as XpError).message).toContain(path)
  expect((error as XpError).exit).toBe('data')
  return error as XpError
}

it('it names a text file called .jpg', async () => {
  expect((await failure('text.jpg', Buffer.from('hello, not a picture'))).message).toMatch(/not a JPEG, PNG/)
})

it('it names an empty file', async () => {
  expect((await failure('empty.png', Buffer.alloc(0))).message).toMatch(/the file is empty/)
})

it('it names a truncated JPEG, cut anywhere after its header', async () => {
  for (const cut of [0.3, 0.6, 0.9]) {
    const error = await failure('cut.jpg', jpeg.subarray(0, Math.floor(jpeg.length * cut)))
    expect(error.code).toBe('XP_UNREADABLE_IMAGE')
  }
})

it('it names a truncated PNG, GIF, WebP and TIFF', async () => {
  for (const format of ['png', 'gif', 'webp', 'tiff'] as const) {
    const bytes = await raw(80, 60).toFormat(format).toBuffer()
    await failure(`cut.${format}`, bytes.subarray(0, Math.floor(bytes.length * 0.5)))
  }
})

it('it refuses formats that are not on the list, whatever their name', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
  expect((await failure('drawing.png', Buffer.from(svg))).message).toMatch(/an SVG drawing, which is not read/)
})

it('it names a file that is not there and a folder', async () => {
  await expect(decodeImage(join(dir, 'gone.jpg'))).rejects.toThrow(/gone\.jpg.*does not exist/)
  await expect(decodeImage(dir)).rejects.toThrow(/it is a folder/)
})

it('it goes on decoding after a bad file', async () => {
  await failure('bad.jpg', jpeg.subarray(0, 700))
  const image = await decodeBytes(jpeg)
  expect([image.width, image.height]).toEqual([80, 60])
})

it('it gives the same bytes by both JPEG decoders', async () => {
  const header = readJpegHeader(jpeg)
  expect(header).toEqual({ width: 80, height: 60, components: 3, plain: true })
  const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  expect(Buffer.compare(Buffer.from(decodeJpegTurbo(jpeg, 80, 60)?.data ?? []), data)).toBe(0)
})

it('it leaves a damaged JPEG to the second decoder', () => {
  expect(decodeJpegTurbo(jpeg.subarray(0, jpeg.length / 2), 80, 60)).toBeUndefined()
})

it('it scales 16-bit gray to 8 bits', async () => {
  const values = Uint16Array.from([0, 256, 25_700, 65_535])
  const png = await sharp(values, { raw: { width: 4, height: 1, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer()
  const { data } = await decodeBytes(png)
  expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 1, 100, 255])
})

it('it names what is not read and says what to do', async () => {
  const starts = {
    'a HEIC image': '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
    'a film': '\0\0\0\x18ftypisom\0\0\0\0',
    'a JPEG XL image': '\xff\x0a\0\0',
    'a JPEG 2000 image': '\0\0\0\x0cjP  \r\n\x87\n',
    'a PDF document': '%PDF-1.7\n',
    'a Photoshop document': '8BPS\0\x01',
    'a web page': '\n<!doctype html><title>404</title>',
    'a pointer of Git LFS': 'version https://git-lfs.github.com/spec/v1\n',
  }
  for (const [name, start] of Object.entries(starts)) {
    const { message } = await failure('other.jpg', Buffer.from(start.padEnd(80, '\0'), 'latin1'))
    expect(message).toContain(`it is ${name}`)
    expect(message).toContain('save it as PNG or JPEG')
  }
})

it('it refuses a header that claims too many pixels before it allocates them', async () => {
  const before = process.memoryUsage().arrayBuffers
  const gif = Buffer.from('GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08\x01\0\0;', 'latin1')
  expect((await failure('bomb.gif', gif)).message).toMatch(/65535 × 65535 pixels, more than the limit of 178956970/)
  expect((await failure('bomb.ppm', Buffer.from('P6 99999 99999 255\n'))).message).toMatch(/more than the limit/)
  const patched = Buffer.from(jpeg)
  const frame = patched.indexOf(Buffer.from([0xff, 0xc0]))
  patched.writeUInt32BE(0xff00ff00, frame + 5)
  expect((await failure('bomb.jpg', patched)).message).toMatch(/65280 × 65280 pixels, more than the limit/)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
})
