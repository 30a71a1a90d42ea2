import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockLost } from '../errors/store.ts'
import { writeFileAtomic } from './fs.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'

export interface ProcessLock {
  /** @throws XpError when the lock was lost meanwhile: another process may have written to the scratch folder. */
  assertHeld(): void
  release(): Promise<void>
}

const pollMs = 200
/** Only for holders on other machines; a holder on this one is asked for by its process number. */
const staleMs = 60_000

async function holderOf(owner: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(owner, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}

/** Puts the lock of a dead process aside in one step, so that of several that notice only one succeeds. */
async function breakLock(lock: string, aside: string): Promise<void> {
  try {
    await rename(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await rm(aside, { recursive: true, force: true })
}

/**
 * Waits until this process alone works on `key`. `onWait` is told once who holds it.
 * @throws the signal's reason when aborted while waiting.
 */
export async function lockKey(
  folder: string,
  key: string,
  { signal, onWait }: { readonly signal: AbortSignal; onWait(holder: ProcessIdentity | undefined): void },
): Promise<ProcessLock> {
  const [lock, owner] = [join(folder, `${key}.lock`), join(folder, `${key}.json`)]
  // Loaded here: a run that computes nothing locks nothing.
  const { default: lockfile } = await import('proper-lockfile')
  let [told, lost]: [boolean, unknown] = [false, undefined]
  for (let polls = 0; ; polls++) {
    signal.throwIfAborted()
    const holder = existsSync(lock) ? await holderOf(owner) : undefined
    const alive = holder === undefined ? undefined : isAlive(holder)
    if (alive === false) await breakLock(lock, `${lock}.${process.pid}.broken`)
    if (alive !== true) {
      try {
        const release = await lockfile.lock(lock, {
          realpath: false,
          lockfilePath: lock,
          stale: staleMs,
          update: staleMs / 6,
          onCompromised: (error) => {
            lost = error
          },
        })
        await writeFileAtomic(owner, JSON.stringify(ownIdentity()))
        return {
          assertHeld() {
            if (lost !== undefined) throw lockLost(lock, lost)
          },
          async release() {
            if (lost !== undefined) return
            await rm(owner, { force: true })
            // Refused when the lock was just lost: the result is whole, and the lock is no longer ours to remove.
            await release().catch(() => undefined)
          },
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
      }
    }
    // Who has just taken it writes down a moment later who it is.
    if (!told && (holder !== undefined || polls > 0)) {
      onWait(holder)
      told = true
    }
    await sleep(pollMs, undefined, { signal })
  }
}
