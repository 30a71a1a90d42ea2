import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { libraryPath } from '../../../src/runtime/library-path.ts'
import { probeRuntime } from '../../../src/runtime/probe.ts'

it('a probe finds the library and a CPU provider that adds', async () => {
  const probe = await probeRuntime()
  expect(existsSync(probe.library)).toBe(true)
  expect(probe.version).toMatch(/^1\.\d+\.\d+/)
  expect(probe.providers.find((p) => p.name === 'CPUExecutionProvider')).toEqual({
    name: 'CPUExecutionProvider',
    available: true,
  })
})

it('a provider that does not work says why', async () => {
  const { providers } = await probeRuntime()
  for (const provider of providers) {
    if (provider.available) expect(provider.reason).toBeUndefined()
    else expect(provider.reason).toMatch(/\w+ \w+/)
  }
  expect(providers.length).toBeGreaterThan(0)
})

it('every platform of the package has its library where it is looked for', () => {
  const platforms = [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['win32', 'arm64'],
  ] as const
  for (const [platform, arch] of platforms) expect(existsSync(libraryPath(platform, arch))).toBe(true)
})
