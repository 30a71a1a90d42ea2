import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digestFile } from '../../src/std/hash.ts'
import { createProject, type Project, tinyExperiment } from './project.ts'

let project: Project
beforeEach(() => {
  project = createProject()
  project.write(
    'tiny.yaml',
    tinyExperiment('{ uses: load/sample, with: { perClass: 60, size: 16 } }').replace('epochs: 2', 'epochs: 6'),
  )
})
afterEach(() => project.remove())

/** Starts a run, waits until training has shown progress, and signals it. */
async function interruptWhileTraining(signal: NodeJS.Signals) {
  const running = project.start('run', 'tiny.yaml')
  await new Promise<void>((seen) => running.onStderr((text) => /epoch 2\/6|^\s*2\s/m.test(text) && seen()))
  running.kill(signal)
  return running.ended
}
const trainedModel = async () => {
  const { code, stdout, stderr } = await project.xp('run', 'tiny.yaml', '--json')
  expect(code, stderr).toBe(0)
  const result = JSON.parse(stdout)
  expect(readFileSync(join(result.dir, 'events.jsonl'), 'utf8')).toContain('"run-finished"')
  return digestFile(join(result.dir, 'artifacts/train.model/model.safetensors'))
}
const undisturbed = async () => {
  const other = createProject()
  const hold = project
  project = other
  try {
    other.write('tiny.yaml', readFileSync(join(hold.dir, 'tiny.yaml'), 'utf8'))
    return await trainedModel()
  } finally {
    project = hold
    await other.remove()
  }
}

it('it resumes after kill -9 in training and ends with the bits of an undisturbed run', async () => {
  const { signal } = await interruptWhileTraining('SIGKILL')
  expect(signal).toBe('SIGKILL')
  expect(await trainedModel()).toBe(await undisturbed())
})

it('it ends with 130 on Ctrl-C, says how to resume, and resumes to the same bits', async () => {
  const { code, stderr } = await interruptWhileTraining('SIGINT')
  expect(code, stderr).toBe(130)
  expect(stderr).toContain('xp run')
  expect(await trainedModel()).toBe(await undisturbed())
})
