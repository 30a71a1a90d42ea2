import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { racyMs, StatCache } from '../src/std/stat-cache.ts'
import { hashTree, listTree } from '../src/std/tree.ts'

/** Seconds to list a folder of 12,000 images, to hash it, and to find that nothing changed. */
const real = resolve(import.meta.dirname, '../../shared/datasets/shoe-sandal-boot')
const temporary = mkdtempSync(join(tmpdir(), 'xp-bench-'))

function drawn(): string {
  const root = join(temporary, 'files')
  for (let folder = 0; folder < 3; folder++) {
    mkdirSync(join(root, String(folder)), { recursive: true })
    for (let i = 0; i < 4000; i++)
      writeFileSync(join(root, String(folder), `${i}.jpg`), `${i}`.padStart(3300, String(folder)))
  }
  return root
}

async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const times: number[] = []
  let answer: T | undefined
  for (let i = 0; i < 7; i++) {
    const start = performance.now()
    answer = await work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  const [fastest, median] = [times[0] ?? 0, times[3] ?? 0]
  console.log(`${what.padEnd(34)} median ${(median / 1000).toFixed(3)} s, fastest ${(fastest / 1000).toFixed(3)} s`)
  return answer as T
}

try {
  const root = existsSync(real) ? real : drawn()
  const file = join(temporary, 'stat.json')
  const listed = await timed('list', () => listTree(root))
  console.log(`${listed.length} files`)
  await timed('hash all', () => hashTree(root))
  await sleep(racyMs)
  const cache = await StatCache.open(file)
  const { digest } = await hashTree(root, cache)
  await cache.save()
  const again = await timed('nothing changed, with the stat cache', async () => {
    const opened = await StatCache.open(file)
    const tree = await hashTree(root, opened)
    await opened.save()
    return tree.digest
  })
  if (again !== digest) throw new Error('the digest changed')
} finally {
  rmSync(temporary, { recursive: true })
}
