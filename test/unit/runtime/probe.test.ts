import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { libraryPath } from '../../../src/runtime/library-path.ts'
import { operatorsPlacedOn, probeDevice, probeRuntime } from '../../../src/runtime/probe.ts'

it('a probe finds the library, and a CPU that adds', async () => {
  const probe = probeRuntime()
  expect(existsSync(probe.library)).toBe(true)
  expect(probe.version).toMatch(/^1\.\d+\.\d+/)
  expect(probe.providers).toContain('CPUExecutionProvider')
  expect(await probeDevice('cpu')).toBeUndefined()
})

it('a device that does not work says why', async () => {
  expect(await probeDevice('cuda:63')).toMatch(/\w+ \w+/)
})

it('the operators that a log places on the CPU are named once, without the copies beside them', () => {
  const log = `
2026-11-25 [V:onnxruntime:xp, session_state.cc:1316 VerifyEachNodeIsAssignedToAnEpImpl] Node(s) placed on [CPUExecutionProvider]. Number of nodes: 3
2026-11-25 [V:onnxruntime:xp, session_state.cc:1318 VerifyEachNodeIsAssignedToAnEpImpl]   Sign (Sign0)
2026-11-25 [V:onnxruntime:xp, session_state.cc:1318 VerifyEachNodeIsAssignedToAnEpImpl]   Round (Round2)
2026-11-25 [V:onnxruntime:xp, session_state.cc:1318 VerifyEachNodeIsAssignedToAnEpImpl]   Sign (Sign5)
2026-11-25 [V:onnxruntime:xp, session_state.cc:1316 VerifyEachNodeIsAssignedToAnEpImpl] Node(s) placed on [WebGpuExecutionProvider]. Number of nodes: 2
2026-11-25 [V:onnxruntime:xp, session_state.cc:1318 VerifyEachNodeIsAssignedToAnEpImpl]   Add (Add1)
2026-11-25 [V:onnxruntime:xp, session_state.cc:1318 VerifyEachNodeIsAssignedToAnEpImpl]   MemcpyToHost (Memcpy)
`
  expect(operatorsPlacedOn('CPUExecutionProvider', log)).toEqual(['Round', 'Sign'])
  expect(operatorsPlacedOn('WebGpuExecutionProvider', log)).toEqual(['Add'])
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
