import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { examine, node } from '../../src/doctor.ts'

it.each([
  ['20.20.0', 'ok'],
  ['20.19.9', 'broken'],
  ['22.0.0', 'ok'],
  ['18.99.0', 'broken'],
])('finds Node %s %s', (version, status) => {
  expect(node(version, '>=20.20').status).toBe(status)
})

it('says what is broken and what to do, and takes an absent tracker for no fault', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'xp-doctor-'))
  writeFileSync(join(dir, 'file'), '')
  try {
    const checks = await examine(dir, {
      XP_STORE: join(dir, 'file', 'store'),
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:9',
    })
    const byName = new Map(checks.map((check) => [check.name, check]))
    expect(byName.get('store')).toMatchObject({ status: 'broken', hint: expect.stringContaining('XP_STORE') })
    expect(byName.get('mlflow')).toMatchObject({ status: 'missing', hint: expect.stringContaining('runs go on') })
    expect(byName.get('sharp')?.status).toBe('ok')
    expect(byName.get('device cpu')?.status).toBe('ok')
    expect(byName.get('device auto')?.detail).toMatch(/^(cpu|cuda), in/)
  } finally {
    rmSync(dir, { recursive: true })
  }
})
