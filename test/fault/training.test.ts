import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fit as train } from '../../src/training/loop/fit.ts'
import { digestOf, toyFit } from '../unit/training/toy.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'training-process.ts')

let dir: string
let expected: unknown
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'xp-fault-'))
  const { weights, history } = await train(toyFit(join(dir, 'undisturbed')))
  expected = { digest: digestOf(weights), history }
})
afterEach(() => rm(dir, { recursive: true }))

/** What a process that trains in `folder` answers, or how it ended. */
async function inProcess(folder: string, killAt = '', env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const args = ['--import', 'tsx', program, join(dir, folder), killAt]
  try {
    const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } })
    return JSON.parse(stdout)
  } catch (error) {
    return { signal: (error as { signal?: string }).signal }
  }
}

for (const killAt of ['1', '8', 'moments']) {
  it(`ends with the same bits after a SIGKILL at ${killAt === 'moments' ? 'half a checkpoint' : `step ${killAt}`}`, async () => {
    expect(await inProcess('killed', killAt)).toEqual({ signal: 'SIGKILL' })
    expect(await inProcess('killed')).toEqual(expected)
  })
}

const sources = join(import.meta.dirname, '../../src/training')
const points = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(sources, file), 'utf8'))
  .flatMap((text) => [...text.matchAll(/crashPoint\('([^']+)'\)/g)].map((match) => match[1] ?? ''))
it('knows its crash points', () => expect(points).toHaveLength(4))
for (const point of points) {
  it(`ends with the same bits after a crash at ${point}, at the first checkpoint and at a later one`, async () => {
    const crash = { XP_CRASH_AT: point }
    expect(await inProcess('killed', '', crash)).toEqual({ signal: 'SIGKILL' })
    expect(await inProcess('killed', '14')).toEqual({ signal: 'SIGKILL' })
    expect(await inProcess('killed', '', crash)).toEqual({ signal: 'SIGKILL' })
    expect(await inProcess('killed')).toEqual(expected)
    expect((await readdir(join(dir, 'killed'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
}

it('reports a full disk, leaves no temporary folder and keeps earlier checkpoints', async () => {
  const folder = join(dir, 'full')
  await train(toyFit(folder, { epochs: 1 }))
  const limited = `ulimit -f 0; exec "${process.execPath}" --import tsx "${program}" "${folder}"`
  await expect(run('bash', ['-c', limited])).rejects.toMatchObject({ stderr: expect.stringContaining('XP_DISK') })
  expect(await readdir(folder)).toEqual(['checkpoint-6'])
  expect(await inProcess('full')).toEqual(expected)
})
