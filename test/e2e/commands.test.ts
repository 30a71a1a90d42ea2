import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stages as builtIn } from '../../src/stages/index.ts'
import { createProject, type Project, tinyExperiment } from './project.ts'

let project: Project
beforeAll(() => {
  project = createProject()
  project.write('tiny.yaml', tinyExperiment())
})
afterAll(() => project.remove())

async function json(...args: string[]) {
  const { code, stdout, stderr } = await project.xp(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

describe('xp', () => {
  it('it lists its commands', async () => {
    const { code, stdout } = await project.xp('--help')
    expect(code).toBe(0)
    for (const name of ['run', 'plan', 'validate', 'stages', 'graph', 'schema', 'init', 'doctor'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  it('it names the nearest command and ends with 2', async () => {
    const { code, stderr } = await project.xp('vaildate', 'tiny.yaml')
    expect(stderr).toContain('did you mean "validate"?')
    expect(code).toBe(2)
  })

  it('it answers a wrong command line in JSON too', async () => {
    for (const words of [['vaildate'], ['run'], ['run', 'tiny.yaml', '--fast']]) {
      const { code, stdout } = await project.xp(...words, '--json')
      const { error, errors } = JSON.parse(stdout)
      expect(error.code).toBe('XP_COMMAND_LINE')
      expect(errors).toEqual([error])
      expect(error.message).not.toContain('allow multiple values')
      expect(code).toBe(2)
    }
  })

  it('it helps when asked in either way', async () => {
    const [flag, word] = [await project.xp('run', '--help'), await project.xp('help', 'run')]
    expect(word).toEqual(flag)
    expect(word.stdout).toContain('--until')
  })

  it('it says that a full output is full, and ends with 4', async () => {
    if (!existsSync('/dev/full')) return
    const full = openSync('/dev/full', 'w')
    const child = spawn(
      process.execPath,
      [resolve(import.meta.dirname, '../../bin/xp.js'), 'stages', 'list', '--json'],
      {
        stdio: ['ignore', full, 'pipe'],
      },
    )
    let stderr = ''
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    const code = await new Promise((done) => child.on('close', done))
    closeSync(full)
    expect([code, stderr]).toEqual([4, expect.stringMatching(/^error: the output cannot be written: ENOSPC/)])
  })

  it('it goes on when nobody reads what it says', async () => {
    const bin = resolve(import.meta.dirname, '../../bin/xp.js')
    const line = `"${process.execPath}" "${bin}" run tiny.yaml --until split 2>&1 | head -n 1; echo "\${PIPESTATUS[0]}"`
    const own = createProject()
    own.write('tiny.yaml', tinyExperiment())
    const env = { ...process.env, XP_STORE: '', MLFLOW_TRACKING_URI: '' }
    const said = execFileSync('bash', ['-c', line], { cwd: own.dir, env, encoding: 'utf8' })
    await own.remove()
    expect(said).toMatch(/^tiny {2}run .*\n0\n$/)
  })

  it('it refuses an unknown flag with 2', async () => {
    const { code, stderr } = await project.xp('run', 'tiny.yaml', '--fast')
    expect(stderr).toContain('--fast')
    expect(code).toBe(2)
  })

  it('it validates', async () => {
    const answer = await json('validate', 'tiny.yaml')
    expect(answer).toMatchObject({ valid: true, name: 'tiny' })
    expect(answer.stages).toHaveLength(8)
  })

  it('it plans, and changes nothing', async () => {
    const { stages } = await json('plan', 'tiny.yaml')
    expect(stages.map((s: { status: string }) => s.status)).toEqual(['run', ...Array(7).fill('pending')])
    expect(existsSync(join(project.dir, 'runs'))).toBe(false)
  })

  it('it draws the graph as text and as Mermaid', async () => {
    const text = await project.xp('graph', 'tiny.yaml')
    expect(text.stdout).toMatch(/^train +train\/supervised +model ← model; data ← transform$/m)
    const mermaid = await project.xp('graph', 'tiny.yaml', '--mermaid')
    expect(mermaid.stdout).toMatch(/^flowchart TD\n/)
    expect(mermaid.stdout).toContain('  train -->|model| evaluate')
    expect((await json('graph', 'tiny.yaml')).edges).toHaveLength(14)
  })

  it('it lists and shows the stages', async () => {
    const { stages } = await json('stages', 'list')
    expect(stages.map(({ uses }: { uses: string }) => uses).sort()).toEqual(builtIn.map(({ uses }) => uses).sort())
    const shown = await json('stages', 'show', 'train/supervised')
    expect(shown.params.find((p: { name: string }) => p.name === 'learningRate')).toMatchObject({ default: 5e-5 })
    const wrong = await project.xp('stages', 'show', 'train/supervisd')
    expect(wrong.stderr).toContain('train/supervised')
    expect(wrong.code).toBe(2)
  })

  it('it writes the schemas that are committed', async () => {
    await json('schema', '--out', 'schemas')
    const committed = join(import.meta.dirname, '../../schemas')
    const names = readdirSync(committed)
    expect(readdirSync(join(project.dir, 'schemas'))).toEqual(names)
    for (const name of names)
      expect(readFileSync(join(project.dir, 'schemas', name), 'utf8')).toBe(readFileSync(join(committed, name), 'utf8'))
  })

  it('it writes starters that are valid, and replaces none unasked', async () => {
    await json('init', 'drawn.yaml')
    await json('validate', 'drawn.yaml')
    await json('init', 'sub/sampled.yaml', '--sample')
    await json('validate', 'sub/sampled.yaml')
    await json('init', 'named.yaml', '--data', 'sub/sampled-images')
    await json('validate', 'named.yaml')
    const again = await project.xp('init', 'drawn.yaml')
    expect(again.stderr).toContain('--force')
    expect(again.code).toBe(2)
  })

  it.each([
    ['init', 'tiny.yaml/x.yaml'],
    ['schema', '--out', 'tiny.yaml/schemas'],
  ])('it says that it cannot write below a file: %s', async (...args) => {
    const { code, stderr } = await project.xp(...args)
    expect(stderr).toContain('XP_NOT_WRITABLE')
    expect(code).toBe(4)
  })

  it('it examines the machine', async () => {
    const { code, stdout, stderr } = await project.xp('doctor', '--json')
    expect(code, stderr).toBe(0)
    expect(stderr).toBe('')
    const { healthy, checks } = JSON.parse(stdout)
    expect(healthy).toBe(true)
    const status = Object.fromEntries(checks.map((c: { name: string; status: string }) => [c.name, c.status]))
    expect(status).toMatchObject({
      node: 'ok',
      onnxruntime: 'ok',
      'device cpu': 'ok',
      'device auto': 'ok',
      sharp: 'ok',
      store: 'ok',
    })
  })
})
