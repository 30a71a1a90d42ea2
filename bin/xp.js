#!/usr/bin/env node
// Runs the build; a checkout whose build is missing or older than its sources runs those, through tsx.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('../src/', import.meta.url))
const built = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function buildIsFresh() {
  if (!existsSync(built)) return false
  if (!existsSync(sources)) return true
  const builtAt = statSync(built).mtimeMs
  return readdirSync(sources, { recursive: true }).every((name) => statSync(`${sources}/${name}`).mtimeMs <= builtAt)
}

if (buildIsFresh()) {
  await import('../dist/main.js')
} else {
  const { register } = await import('tsx/esm/api')
  register()
  await import('../src/main.ts')
}
