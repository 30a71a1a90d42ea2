import fc from 'fast-check'
import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { many } from '../../src/registry/artifact.ts'
import { type KeyFacts, keyIngredients, keyOf } from '../../src/registry/key.ts'
import { ignoredByKey, TreePath } from '../../src/registry/params.ts'
import { type AnyStage, defineStage } from '../../src/registry/stage.ts'
import { planExperiment } from '../../src/runner/plan.ts'
import { prepare } from '../../src/runner/prepare.ts'
import { openStore } from '../../src/runner/store.ts'
import { compareCodePoints } from '../../src/std/code-points.ts'
import { Count, execute, experimentOf, type FakeStage, statuses, Words } from '../unit/runner/fakes.ts'
import { newPlace } from '../unit/runner/temporary.ts'

const everything: AnyStage = defineStage({
  uses: 'transform/everything',
  version: 1,
  summary: 'Takes every kind of ingredient.',
  params: Type.Object({
    rate: Type.Number(),
    nested: Type.Object({ name: Type.String(), flags: Type.Array(Type.Boolean()) }),
    root: TreePath({ description: 'x' }),
    workers: Type.Number(ignoredByKey('Only speed.')),
  }),
  inputs: { words: many(Words) },
  outputs: { words: Words },
  metrics: {},
  needs: ['seed', 'engine'],
  run: async () => ({ words: [] }),
})

const digest = fc.stringMatching(/^[0-9a-f]{64}$/)
const keyed = fc.record({
  rate: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
  name: fc.string(),
  flags: fc.array(fc.boolean(), { maxLength: 3 }),
  root: digest,
  seed: fc.integer(),
  engine: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  words: fc.array(digest, { minLength: 1, maxLength: 3 }),
  version: fc.integer({ min: 1, max: 9 }),
})
const unkeyed = fc.record({ path: fc.string({ minLength: 1 }), workers: fc.integer() })

const keyedNames = ['rate', 'name', 'flags', 'root', 'seed', 'engine', 'words', 'version'] as const
const sorted = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).sort() : value

type Drawn<A> = A extends fc.Arbitrary<infer T> ? T : never

function keyFrom(k: Drawn<typeof keyed>, u: Drawn<typeof unkeyed>): string {
  const facts: KeyFacts = {
    stage: { ...everything, version: k.version },
    params: { workers: u.workers, rate: k.rate, root: u.path, nested: { flags: k.flags, name: k.name } },
    origins: new Map(),
    sources: { root: k.root },
    inputs: { words: k.words },
    seed: k.seed,
    engine: k.engine,
  }
  return keyOf(keyIngredients(facts))
}

it('a key changes exactly when something that is hashed changes', () => {
  fc.assert(
    fc.property(keyed, keyed, unkeyed, unkeyed, fc.constantFrom(...keyedNames), (a, b, u, v, name) => {
      expect(keyFrom(a, u)).toBe(keyFrom(a, v))
      const changed = { ...a, [name]: b[name] }
      const equal = JSON.stringify(sorted(a[name])) === JSON.stringify(sorted(b[name]))
      expect(keyFrom(changed, u) === keyFrom(a, u)).toBe(equal)
    }),
    { numRuns: 500 },
  )
})

/** Stage `i` counts the words (or counts) of some earlier stages and adds its own number. */
const adder = (i: number): AnyStage =>
  defineStage({
    uses: `transform/adder-${i}`,
    version: 1,
    summary: 'Adds.',
    params: Type.Object({}),
    inputs: { counts: many(Count) },
    outputs: { count: Count },
    metrics: {},
    needs: [],
    run: async ({ inputs }) => ({ count: { count: inputs.counts.reduce((sum, c) => sum + c.count, i) } }),
  })

const graph = fc
  .integer({ min: 1, max: 7 })
  .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => fc.subarray(Array.from({ length: i }, (_, j) => j)))))

const stagesOf = (parents: readonly (readonly number[])[], prefix: string): readonly FakeStage[] =>
  parents.map((from, i) => ({
    id: `${prefix}${i}`,
    stage: adder(i),
    inputs: from.length === 0 ? {} : { counts: from.map((j) => ({ stage: `${prefix}${j}`, port: 'count' })) },
  }))

it('a second run of any graph hits everywhere, also with every stage renamed', async () => {
  await fc.assert(
    fc.asyncProperty(graph, async (parents) => {
      const place = newPlace()
      const first = await execute(experimentOf(stagesOf(parents, 'a')), place)
      expect(first.result.stages.map(({ id }) => id)).toEqual(parents.map((_, i) => `a${i}`))
      expect(new Set(Object.values(statuses(first)))).toEqual(new Set(['ran']))
      for (const prefix of ['a', 'renamed-']) {
        const again = await execute(experimentOf(stagesOf(parents, prefix)), place)
        expect(new Set(Object.values(statuses(again)))).toEqual(new Set(['hit']))
      }
    }),
    { numRuns: 12 },
  )
})

it('a plan is topological and agrees with what then runs', async () => {
  await fc.assert(
    fc.asyncProperty(graph, fc.nat(), async (parents, pick) => {
      const place = newPlace()
      const stages = stagesOf(parents, 's')
      await execute(experimentOf(stages), place)
      const edited = pick % parents.length
      const changed = stages.map((s, i) => (i === edited ? { ...s, stage: { ...s.stage, version: 2 } } : s))
      const experiment = experimentOf(changed)
      const { stages: taking, snapshot } = await prepare(experiment, await openStore(place.store), {
        engineFacts: async () => ({}),
      })
      const plan = await planExperiment(taking, snapshot)
      const run = await execute(experiment, place)
      const status = statuses(run)
      for (const { id, status: planned } of plan) {
        if (planned === 'hit') expect(status[id]).toBe('hit')
        if (planned === 'run') expect(status[id]).toBe('ran')
      }
      expect(plan[edited]).toMatchObject({ status: 'run', reason: 'version 1 → 2' })
      // The edited stage makes the same bytes, so what was pending is a hit after all.
      expect(Object.values(status).filter((s) => s === 'ran')).toHaveLength(1)
      const pending = new Set(plan.filter((p) => p.status === 'pending').map((p) => p.id))
      for (const [i, from] of parents.entries()) {
        const waits = from.some((j) => j === edited || pending.has(`s${j}`))
        expect(pending.has(`s${i}`)).toBe(waits && i !== edited)
      }
    }),
    { numRuns: 12 },
  )
})

it('code point order is that of the code point sequences', () => {
  const text = fc.string({ unit: 'grapheme' })
  const points = (s: string) => [...s].map((c) => c.codePointAt(0) ?? 0)
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [points(a), points(b)]
      const i = x.findIndex((p, j) => p !== y[j])
      const expected = i < 0 ? x.length - y.length : y[i] === undefined ? 1 : (x[i] ?? 0) - (y[i] ?? 0)
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected))
    }),
  )
})
