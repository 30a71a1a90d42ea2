import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createProject, tinyExperiment } from './project.ts'

const disk = mkdtempSync(join(tmpdir(), 'xp-disk-'))
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' })
const unmount = () => execFileSync('umount', [disk], { stdio: 'ignore' })
afterAll(() => rmSync(disk, { recursive: true, force: true }))

/** Only root may mount, and not in every container. */
function mayMount(): boolean {
  try {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk)
    unmount()
    return true
  } catch {
    return false
  }
}
const isAble = process.platform === 'linux' && mayMount()

async function keysWith(store: string) {
  const project = createProject({ XP_STORE: store })
  project.write('tiny.yaml', tinyExperiment())
  const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json')
  await project.remove()
  return {
    code,
    stderr,
    ...(JSON.parse(stdout) as { error?: { code: string }; stages?: { key: string; status: string }[] }),
  }
}

it.runIf(isAble).each([60, 200, 350, 450, 550])(
  'on a full disk of %i kB ends with exit code 4 and goes on once there is room',
  async (kilobytes) => {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk)
    try {
      const store = join(disk, 'store')
      mkdirSync(store)
      const full = await keysWith(store)
      expect([full.code, full.error?.code], full.stderr).toEqual([4, 'XP_DISK'])
      expect(full.stderr).toMatch(/the disk is full|no space left for the checkpoint/)
      const made = full.stages?.filter(({ status }) => status === 'ran').length ?? 0
      mount('-o', 'remount,size=64m', disk)
      const whole = await keysWith(store)
      expect(whole.code, whole.stderr).toBe(0)
      expect(whole.stages?.filter(({ status }) => status === 'hit').length).toBeGreaterThanOrEqual(made)
      expect(readdirSync(join(store, 'tmp'))).toEqual([])
      const elsewhere = await keysWith('')
      expect(whole.stages?.map(({ key }) => key)).toEqual(elsewhere.stages?.map(({ key }) => key))
    } finally {
      unmount()
    }
  },
)
