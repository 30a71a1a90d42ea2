import { kernelMissing } from '../../errors/training.ts'

/** Computes with tfjs. @throws XP_KERNEL_MISSING naming the op when the backend has no kernel for it */
export function withKernels<T>(compute: () => T): T {
  try {
    return compute()
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : ''
    const [, op, backend] = /^Kernel '(\w+)' not registered for backend '(\w+)'/.exec(said) ?? []
    throw op === undefined || backend === undefined ? thrown : kernelMissing(op, backend)
  }
}
