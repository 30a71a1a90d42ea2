import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { isAlive, ownIdentity } from '../../../src/std/process-identity.ts'
import { lockKey } from '../../../src/std/process-lock.ts'
import { temporaryFolder } from '../runner/temporary.ts'

const key = 'k'.repeat(64)
const signal = new AbortController().signal
let folder: string
beforeEach(() => {
  folder = temporaryFolder()
})

it('lets one in at a time and tells the others who holds it', async () => {
  const order: string[] = []
  const told: unknown[] = []
  const first = await lockKey(folder, key, { signal, onWait: () => told.push('first') })
  const second = lockKey(folder, key, { signal, onWait: (holder) => told.push(holder) }).then(async (lock) => {
    order.push('second')
    await lock.release()
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  order.push('first')
  first.assertHeld()
  await first.release()
  await second
  expect(order).toEqual(['first', 'second'])
  expect(told).toMatchObject([ownIdentity()])
  expect(readdirSync(folder)).toEqual([])
})

it('breaks the lock of a dead process, also when its number is used again', async () => {
  const dead = { host: hostname(), pid: 2 ** 22 - 1 }
  const reused = { ...ownIdentity(), started: '1' }
  for (const holder of [dead, reused]) {
    expect(isAlive(holder)).toBe(false)
    mkdirSync(join(folder, `${key}.lock`))
    writeFileSync(join(folder, `${key}.lock`, 'owner.json'), JSON.stringify(holder))
    const lock = await lockKey(folder, key, { signal, onWait: () => expect.unreachable() })
    await lock.release()
  }
})

it('breaks a lock of its own that it could not remove', async () => {
  const lock = await lockKey(folder, key, { signal, onWait: () => expect.unreachable() })
  const owner = readFileSync(join(folder, `${key}.lock/owner.json`), 'utf8')
  await lock.release()
  mkdirSync(join(folder, `${key}.lock`))
  writeFileSync(join(folder, `${key}.lock`, 'owner.json'), owner)
  await (await lockKey(folder, key, { signal, onWait: () => expect.unreachable() })).release()
  expect(readdirSync(folder)).toEqual([])
})

it('lets one of many in at a time', async () => {
  let [inside, most] = [0, 0]
  const work = async () => {
    const lock = await lockKey(folder, key, { signal, onWait: () => undefined })
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside--
    await lock.release()
  }
  await Promise.all(Array.from({ length: 12 }, work))
  expect(most).toBe(1)
  expect(readdirSync(folder)).toEqual([])
}, 60_000)

it('does not break a fresh lock of another machine, and stops waiting when aborted', async () => {
  mkdirSync(join(folder, `${key}.lock`))
  writeFileSync(join(folder, `${key}.lock`, 'owner.json'), JSON.stringify({ host: 'elsewhere', pid: 1 }))
  const controller = new AbortController()
  let holder: unknown
  const waiting = lockKey(folder, key, {
    signal: controller.signal,
    onWait(found) {
      holder = found
      controller.abort()
    },
  })
  await expect(waiting).rejects.toThrow('aborted')
  expect(holder).toEqual({ host: 'elsewhere', pid: 1 })
  expect(readdirSync(folder)).toContain(`${key}.lock`)
})
