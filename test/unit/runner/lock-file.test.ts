import { expect, it } from 'vitest'
import { compareLocks, type Lock } from '../../../src/runner/lock-file.ts'

const lock = (over: Partial<Lock> = {}, digest = 'a'): Lock => ({
  xp: '1.0.0',
  name: 'shoes',
  seed: 42,
  engine: { name: 'onnx', provider: 'cpu' },
  stages: [
    {
      id: 'load',
      uses: 'load/imagefolder',
      version: 4,
      key: 'k',
      sources: { root: 's' },
      outputs: { dataset: { type: 'dataset@1', digest } },
    },
  ],
  ...over,
})

it('finds nothing between equal locks, and names every difference, causes first', () => {
  expect(compareLocks(lock(), lock())).toEqual([])
  const [stage] = lock().stages
  const changed = lock({
    xp: '1.1.0',
    engine: { name: 'onnx', provider: 'cuda' },
    stages: [
      {
        ...(stage as Lock['stages'][number]),
        version: 5,
        sources: { root: 't' },
        outputs: { dataset: { type: 'dataset@1', digest: 'b' } },
      },
    ],
  })
  expect(compareLocks(lock(), changed)).toEqual([
    { kind: 'xp', name: 'xp', was: '1.0.0', now: '1.1.0' },
    { kind: 'engine', name: 'engine.provider', was: 'cpu', now: 'cuda' },
    { kind: 'version', name: 'load.version', was: 4, now: 5 },
    { kind: 'source', name: 'load.root', was: 's', now: 't' },
    { kind: 'output', name: 'load.dataset', was: 'a', now: 'b' },
  ])
})
