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
  thrown instanceof OrtFailure && /bad_alloc|allocate memory|out of memory/i.test(thrown.message)
