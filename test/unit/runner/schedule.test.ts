import { expect, it } from 'vitest'
import { defineStage, type StageNeed } from '../../../src/registry/stage.ts'
import { admits, type Budget, budgetOf, sideBySide } from '../../../src/runner/schedule.ts'
import { resolved, trainCount } from './fakes.ts'

const stage = (id: string, from: readonly string[] = [], needs: StageNeed[] = []) =>
  resolved({
    id,
    stage: defineStage({ ...trainCount, needs }),
    inputs: { words: from.map((name) => ({ stage: name, port: 'words' })) },
  })
const engine = (id: string, from: readonly string[] = []) => stage(id, from, ['engine'])
const budget = (cores: number, engineCores = cores, hasMemory = true): Budget => ({
  cores,
  engineCores,
  hasMemory: () => hasMemory,
})

it('admits one stage always, more as cores, the device and memory allow', () => {
  const [a, b, c] = [stage('a'), stage('b'), stage('c')]
  const [x, y] = [engine('x'), engine('y')]
  expect(admits(x, [], budget(1, 1, false))).toBe(true)
  expect(admits(b, [a], budget(2))).toBe(true)
  expect(admits(b, [a], budget(1))).toBe(false)
  expect(admits(c, [a, b], budget(2))).toBe(false)
  expect(admits(b, [a], budget(2, 2, false))).toBe(false)
  // On the CPU the engine takes every core, on a device of its own one.
  expect([admits(x, [a], budget(4)), admits(a, [x], budget(4))]).toEqual([false, false])
  expect([admits(x, [a], budget(4, 1)), admits(a, [x], budget(4, 1))]).toEqual([true, true])
  expect(admits(y, [x], budget(4, 1))).toBe(false)
})

it('knows from the facts of an engine where it computes', () => {
  const cores = (facts: Record<string, string>) => budgetOf(8, facts).engineCores
  expect(cores({ engine: 'onnx', provider: 'cpu' })).toBe(8)
  expect(cores({ engine: 'onnx', provider: 'cuda' })).toBe(1)
  expect(cores({ engine: 'tfjs', device: 'wasm' })).toBe(8)
  expect(cores({ engine: 'tfjs', device: 'node-gpu' })).toBe(1)
  expect(typeof budgetOf(8, {}).hasMemory()).toBe('boolean')
})

/** What was at work together, each time a stage began. */
async function together(stages: ReturnType<typeof stage>[], within: Budget, known: readonly string[] = []) {
  const working = new Set<string>()
  let begun = 0
  const seen: string[] = []
  await sideBySide(stages, within, async ({ id, inputs }) => {
    for (const source of Object.values(inputs).flat()) expect(working.has(source.stage)).toBe(false)
    if (known.includes(id)) {
      seen.push(`(${id})`)
      return undefined
    }
    return async () => {
      working.add(id)
      seen.push([...working].join('+'))
      await new Promise((done) => setTimeout(done, 20 * ++begun))
      working.delete(id)
    }
  })
  return seen
}

it('works on independent stages together, on dependent ones after each other, in the order of the experiment', async () => {
  const stages = [stage('a'), stage('b'), stage('c', ['a']), stage('d', ['c', 'b'])]
  expect(await together(stages, budget(2))).toEqual(['a', 'a+b', 'b+c', 'd'])
  expect(await together(stages, budget(1))).toEqual(['a', 'b', 'c', 'd'])
  expect(await together([stage('a'), stage('b'), stage('c')], budget(2))).toEqual(['a', 'a+b', 'b+c'])
  expect(await together([engine('x'), stage('a'), engine('y')], budget(2, 1))).toEqual(['x', 'x+a', 'a+y'])
})

it('lets what is known pass what waits for a core', async () => {
  const stages = [stage('a'), stage('b'), stage('c'), stage('d', ['c'])]
  expect(await together(stages, budget(1), ['c', 'd'])).toEqual(['(c)', '(d)', 'a', 'b'])
})
