import { spawn } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../unit/runner/temporary.ts'
import { zipOf } from '../../unit/sources/pack.ts'

const root = resolve(import.meta.dirname, '../../..')

function unpacking(store: string, archive: string, crashAt = ''): Promise<{ signal: string | null; digest: string }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'unpacking.ts'), store, archive],
    { cwd: root, env: { ...process.env, XP_CRASH_AT: crashAt }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let digest = ''
  child.stdout.on('data', (chunk) => {
    digest += chunk
  })
  return new Promise((end) => void child.on('close', (_, signal) => end({ signal, digest })))
}

const dir = temporaryFolder()
const archive = join(dir, 'a.zip')
writeFileSync(
  archive,
  zipOf(Array.from({ length: 300 }, (_, i) => ({ name: `class ${i % 3}/${i}.jpg`, data: `image ${i}` }))),
)

it('a process that is killed when all is unpacked leaves nothing that counts', async () => {
  const [undisturbed, store] = [join(dir, 'undisturbed'), join(dir, 'killed')]
  const { digest } = await unpacking(undisturbed, archive)
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(await unpacking(store, archive, 'sources.unpacked')).toEqual({ signal: 'SIGKILL', digest: '' })
  expect(readdirSync(join(store, 'sources'))).toEqual([])
  expect(await unpacking(store, archive)).toEqual({ signal: null, digest })
})

it('processes that unpack one archive at a time agree', async () => {
  const store = join(dir, 'together')
  const ends = await Promise.all(Array.from({ length: 3 }, () => unpacking(store, archive)))
  expect(new Set(ends.map(({ digest }) => digest)).size).toBe(1)
  expect(ends.map(({ signal }) => signal)).toEqual([null, null, null])
  expect(readdirSync(join(store, 'tmp'))).toEqual([])
})
