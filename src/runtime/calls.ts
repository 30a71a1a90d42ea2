import { loadOrtLibrary, type NativeFunction, type OrtApi } from './ort-library.ts'
import { check } from './status.ts'

/** An opaque native object, as its address. */
export type Handle = bigint

export const api = (): OrtApi => loadOrtLibrary().api

/** Calls a function that answers a status. */
export function call(fn: NativeFunction, ...args: unknown[]): void {
  check(api(), fn(...args))
}

/** Calls a function that answers a status and writes a handle or a number through its last argument. */
export function create<T = Handle>(fn: NativeFunction, ...args: unknown[]): T {
  const out: [T | null] = [null]
  call(fn, ...args, out)
  return out[0] as T
}

/** `create` on another thread; the event loop stays free. */
export async function createAsync(fn: NativeFunction, ...args: unknown[]): Promise<Handle> {
  const out: [Handle | null] = [null]
  await callAsync(fn, ...args, out)
  return out[0] as Handle
}

/** `call` on another thread; keeps the arguments alive until it resolves. */
export function callAsync(fn: NativeFunction, ...args: unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error: unknown, status: bigint | null) => {
      // The closure refers to the arguments, so typed arrays among them are not collected meanwhile.
      args.length = 0
      try {
        if (error) throw error
        check(api(), status)
        resolve()
      } catch (thrown) {
        reject(thrown)
      }
    })
  })
}
