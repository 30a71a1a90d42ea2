import { afterEach, expect, it, vi } from 'vitest'
import { untilSignalled } from '../../../src/commands/signals.ts'

const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
afterEach(() => {
  exit.mockClear()
  stderr.mockClear()
})

it('answers the value alone when no signal comes, and stops listening', async () => {
  const before = process.listenerCount('SIGINT')
  expect(await untilSignalled(async (signal) => signal.aborted)).toEqual({ value: false })
  expect(process.listenerCount('SIGINT')).toBe(before)
})

it.each(['SIGINT', 'SIGTERM'] as const)('aborts on the first %s and says which it was', async (name) => {
  const ended = await untilSignalled(async (signal) => {
    process.emit(name, name)
    return signal.aborted
  })
  expect(ended).toEqual({ value: true, signal: name })
  expect(stderr).toHaveBeenCalledOnce()
  expect(exit).not.toHaveBeenCalled()
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('ends at once on a second signal, %s with %i', async (name, code) => {
  await untilSignalled(async () => {
    process.emit('SIGINT', 'SIGINT')
    process.emit(name, name)
  })
  expect(exit).toHaveBeenCalledWith(code)
})

it('stops listening also when the work fails', async () => {
  const before = process.listenerCount('SIGTERM')
  await expect(untilSignalled(() => Promise.reject(new Error('work')))).rejects.toThrow('work')
  expect(process.listenerCount('SIGTERM')).toBe(before)
})
