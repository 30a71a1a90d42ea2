#!/usr/bin/env node
// Runs the build. A checkout makes it first where it is missing or older than the sources: a few seconds, once.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [sources, dist] = [join(root, 'src'), join(root, 'dist')]

/** 0 for what is not there, such as an editor's dangling lock file. */
const modifiedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

function buildIsFresh() {
  if (!existsSync(sources)) return true
  const builtAt = modifiedAt(join(dist, 'main.js'))
  return readdirSync(sources, { recursive: true }).every((name) => modifiedAt(join(sources, name)) <= builtAt)
}

/** Into a folder of this process, then renamed: another `xp` never imports half a build. */
function build() {
  const cache = join(root, 'node_modules/.cache')
  const made = join(cache, `xp-build-${process.pid}`)
  mkdirSync(cache, { recursive: true })
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json'), '--outDir', made]
  for (const script of [tsc, [join(root, 'bundle-typebox.js'), made]]) {
    const { status } = spawnSync(process.execPath, script, { stdio: ['ignore', 2, 2] })
    if (status !== 0) process.exit(70)
  }
  const old = `${made}-old`
  try {
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(made, dist)
  } catch (error) {
    // Another process was first.
    if (!existsSync(join(dist, 'main.js'))) throw error
  }
  for (const folder of [made, old]) rmSync(folder, { recursive: true, force: true })
}

if (!buildIsFresh()) build()
await import('../dist/main.js')
