import type { OrtApi } from './ort-library.ts'

/** What ONNX Runtime answered to a call that failed: a bug in xp, unless a caller knows better. */
export class OrtFailure extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(`ONNX Runtime: ${message}`)
    this.name = 'OrtFailure'
    this.code = code
  }
}

/** Throws what a status says and releases it; null is success. */
export function check(api: OrtApi, status: bigint | null): void {
  if (status === null) return
  const failure = new OrtFailure(api.GetErrorCode(status), api.GetErrorMessage(status))
  api.ReleaseStatus(status)
  throw failure
}

/** Allocations fail with words, not with a code of their own. */
export const isOutOfMemory = (thrown: unknown): thrown is OrtFailure =>
  thrown instanceof OrtFailure && /bad_alloc|allocate memory|out of memory|CUDA failure 2\b/i.test(thrown.message)

/** A session may not put an operator on the CPU, and a graph has one that its device cannot take. */
export const isFallbackRefusal = (thrown: unknown): thrown is OrtFailure =>
  thrown instanceof OrtFailure && /fallback to CPU EP has been explicitly disabled/.test(thrown.message)

/** Native messages begin with a source location and go on for lines. */
export const firstLine = (message: string) =>
  message
    .replace(/^ONNX Runtime: (\/\S+:\d+ .*? (was false\. |: ))?/, '')
    .split('\n')[0]
    ?.slice(0, 300) ?? ''
