import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Frees what JavaScript no longer reads, before a graph takes its memory: V8 does not see what ONNX Runtime allocates,
 * and so would keep weights that were only read from disk, or drawn, for as long as it allocates nothing itself.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}
