import { randomUUID } from 'node:crypto'
import fs, { existsSync, rmSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockLost } from '../errors/store.ts'
import { crashPoint } from './crash-point.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'

export interface ProcessLock {
  /** @throws XpError when the lock was lost meanwhile: another process may have written to the scratch folder. */
  assertHeld(): void
  release(): Promise<void>
}

const pollMs = 200
/** Only for holders on other machines; a holder on this one is asked for by its process number. */
const staleMs = 60_000
const ownerFile = 'owner.json'
/** Tokens of this process's locks: one that names it with another token could not be removed when it was released. */
const held = new Set<string>()

type Owner = ProcessIdentity & { readonly token?: string }

async function ownerOf(lock: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(lock, ownerFile), 'utf8')) as Owner
  } catch {
    return undefined
  }
}

/** Undefined where it cannot be known. */
function isHeld({ token = '', ...identity }: Owner): boolean | undefined {
  const alive = isAlive(identity)
  return alive === true && identity.pid === process.pid ? held.has(token) : alive
}

/** Removes a lock in one step for every other process: put aside first, so that of several that try only one succeeds. */
async function removeLock(lock: string): Promise<void> {
  const aside = `${lock}.${randomUUID()}.broken`
  try {
    await rename(lock, aside)
    crashPoint('lock.set-aside')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rm(aside, { recursive: true, force: true })
}

/** Makes a lock that says whose it is from its first moment on: a folder does not move over one that is not empty. */
async function makeLock(lock: string, token: string): Promise<void> {
  const made = `${lock}.${randomUUID()}.new`
  try {
    await mkdir(made)
    await writeFile(join(made, ownerFile), JSON.stringify({ ...ownIdentity(), token }))
    crashPoint('lock.made')
    held.add(token)
    await rename(made, lock)
  } catch (error) {
    held.delete(token)
    await rm(made, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ENOTEMPTY' ? Object.assign(new Error('the lock is there'), { code: 'EEXIST' }) : error
  }
  crashPoint('lock.taken')
}

type Callback = (error: unknown) => void
const called = (work: Promise<void>, callback: Callback): void => void work.then(() => callback(null), callback)

/** For proper-lockfile, which makes and removes folders that are empty. */
const lockFolders = (token: string) => ({
  ...fs,
  mkdir: (lock: string, callback: Callback) => called(makeLock(lock, token), callback),
  rmdir: (lock: string, callback: Callback) => called(removeLock(lock), callback),
  rmdirSync: (lock: string) => rmSync(lock, { recursive: true, force: true }),
})

/**
 * Waits until this process alone works on `key`. `onWait` is told once who holds it.
 * @throws the signal's reason when aborted while waiting.
 */
export async function lockKey(
  folder: string,
  key: string,
  { signal, onWait }: { readonly signal: AbortSignal; onWait(holder: ProcessIdentity | undefined): void },
): Promise<ProcessLock> {
  const [lock, token] = [join(folder, `${key}.lock`), randomUUID()]
  // Loaded here: a run that computes nothing locks nothing.
  const { default: lockfile } = await import('proper-lockfile')
  let [told, lost]: [boolean, unknown] = [false, undefined]
  for (;;) {
    signal.throwIfAborted()
    const holder = existsSync(lock) ? await ownerOf(lock) : undefined
    const alive = holder === undefined ? undefined : isHeld(holder)
    if (alive === false) await removeLock(lock)
    if (alive !== true) {
      try {
        const release = await lockfile.lock(lock, {
          fs: lockFolders(token),
          realpath: false,
          lockfilePath: lock,
          stale: staleMs,
          update: staleMs / 6,
          onCompromised: (error) => {
            lost = error
          },
        })
        return {
          assertHeld() {
            if (lost !== undefined) throw lockLost(lock, lost)
          },
          async release() {
            held.delete(token)
            if (lost !== undefined) return
            // Refused when the lock was just lost: the result is whole, and the lock is no longer ours to remove.
            await release().catch(() => undefined)
            crashPoint('lock.released')
          },
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
      }
    }
    if (!told) onWait(holder ?? (await ownerOf(lock)))
    told = true
    await sleep(pollMs, undefined, { signal })
  }
}
