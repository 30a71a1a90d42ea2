import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { thumbnail } from '../../../src/images/thumbnail.ts'
import { picture } from './picture.ts'

it('it fits an image into the square, upright, with equal bytes each time', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'xp-thumbnail-')), 'turned.jpg')
  const { data, width, height } = picture(90, 60)
  await sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(path)
  const jpeg = await thumbnail(path, 48)
  expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 32, height: 48 })
  expect(Buffer.compare(jpeg, await thumbnail(path, 48))).toBe(0)
})

it('it shows the formats that sharp does not read', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'xp-thumbnail-')), 'red.ppm')
  await writeFile(path, Buffer.concat([Buffer.from('P6 8 4 255\n'), Buffer.alloc(8 * 4 * 3, Buffer.from([200, 0, 0]))]))
  const { data, info } = await sharp(await thumbnail(path, 4))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([4, 2])
  expect(data[0]).toBeGreaterThan(190)
  expect(data[1]).toBeLessThan(10)
})

it('it names a file that is no image', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'xp-thumbnail-')), 'text.jpg')
  await writeFile(path, 'text')
  await expect(thumbnail(path, 48)).rejects.toMatchObject({ code: 'XP_UNREADABLE_IMAGE', exit: 'data' })
})
