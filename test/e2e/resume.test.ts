import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type Project, tinyExperiment } from './project.ts'

let project: Project
beforeAll(() => {
  project = createProject()
  project.write('tiny.yaml', tinyExperiment())
})
afterAll(() => project.remove())

const params = (changes: Record<string, unknown>) =>
  Object.entries(changes).flatMap(([name, value]) => ['--set', `stages.train.with.${name}=${JSON.stringify(value)}`])

interface StageResult {
  readonly id: string
  readonly status: string
  readonly ms: number
}

async function run(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await project.xp('run', file, ...args, '--json')
  expect(code, stderr).toBe(0)
  return { ...JSON.parse(stdout), stderr }
}

const statuses = ({ stages }: { stages: readonly StageResult[] }) =>
  Object.fromEntries(stages.map(({ id, status }) => [id, status]))

describe('xp verify-resume', () => {
  it('it finds the same bits straight and split, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await project.xp('verify-resume', 'tiny.yaml', '--steps', '7')
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^train: 7 steps in one go and as 3 \+ 4: the same bits \(\d+ tensors, 7 losses\)\n$/)
    const again = await project.xp(
      'verify-resume',
      'tiny.yaml',
      '--json',
      ...params({ optimizer: 'sgd', momentum: 0.9 }),
    )
    expect(JSON.parse(again.stdout)).toMatchObject({ stages: [{ stage: 'train', steps: 6, splitAt: 3 }] })
    expect(statuses(await run('tiny.yaml', '--until', 'train'))).toMatchObject({ transform: 'hit', train: 'ran' })
  })

  it('it says when an experiment has no train stage', async () => {
    project.write('none.yaml', tinyExperiment().replace(/ {2}train:[\s\S]*$/, ''))
    const { code, stderr } = await project.xp('verify-resume', 'none.yaml')
    expect(code).toBe(2)
    expect(stderr).toContain('has no stage that trains')
  })
})

describe('a longer training', () => {
  const scores = (result: { metrics: Record<string, number> }) =>
    Object.fromEntries(Object.entries(result.metrics).filter(([name]) => !/runtime|per_second/.test(name)))

  it('it goes on from the shorter one in the store, to what one in one go gives', async () => {
    const constant = { schedule: 'constant', warmupSteps: 2 }
    const elsewhere = createProject()
    elsewhere.write('tiny.yaml', tinyExperiment())
    const straight = await elsewhere.xp('run', 'tiny.yaml', '--json', ...params({ ...constant, epochs: 4 }))
    elsewhere.remove()
    await run('tiny.yaml', ...params({ ...constant, epochs: 2 }))
    const continued = await run('tiny.yaml', ...params({ ...constant, epochs: 4 }))
    expect(statuses(continued)).toMatchObject({ model: 'hit', train: 'ran', evaluate: 'ran' })
    expect(scores(continued)).toEqual(scores(JSON.parse(straight.stdout)))
    expect(continued.stderr).not.toContain('afresh')
  })

  it('it starts afresh with a linear schedule, and says why', async () => {
    await run('tiny.yaml', ...params({ epochs: 1 }))
    const { stderr } = await run('tiny.yaml', ...params({ epochs: 3 }))
    expect(stderr).toContain('the schedule linear depends on the number of epochs')
  })
})

describe('a sweep of the learning rate over a frozen backbone', () => {
  it('it runs the backbone once', async () => {
    const experiment = tinyExperiment().replace(/ {2}train:.*\n/, (train) =>
      [
        '  features: { uses: features/backbone, from: { model: model, data: transform } }',
        train.trimEnd().replace('train/supervised', 'train/head').replace('data: transform', 'features: features'),
        '',
      ].join('\n'),
    )
    project.write('probe.yaml', experiment)
    expect(statuses(await run('probe.yaml'))).toMatchObject({ features: 'ran', train: 'ran', evaluate: 'ran' })
    for (const learningRate of [2e-3, 5e-3]) {
      const swept = await run('probe.yaml', ...params({ learningRate }))
      expect(statuses(swept)).toMatchObject({ features: 'hit', train: 'ran', evaluate: 'ran' })
    }
  })
})
