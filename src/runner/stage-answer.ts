import { pluginStageThrew, stageNeverEnds, stageStopsLate } from '../errors/registry.ts'
import { diskFailure } from '../errors/store.ts'
import { expectedErrors } from '../errors/xp-error.ts'
import type { AnyStage } from '../registry/stage.ts'
import { withRetries } from './retry.ts'

type Context = Parameters<AnyStage['run']>[0]

/** A stage that is told to stop gets so many milliseconds before a reader hears that it has not. */
const patienceMs = 5000

/** Does `work`; what a plugin throws that is no XpError is its own mistake, not one of this program. */
export async function blamingPlugin<T>(
  { uses, code }: AnyStage,
  signal: AbortSignal,
  dir: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (code === undefined || signal.aborted || expectedErrors(error).length > 0) throw error
    throw diskFailure(error, uses, dir) ?? pluginStageThrew(uses, error)
  }
}

/** Ends with the work, or throws when nothing is left in this process that could end it. */
async function unlessStuck<T>(uses: string, work: Promise<T>): Promise<T> {
  let stuck: () => void = () => undefined
  const never = new Promise<never>((_, reject) => {
    stuck = () => reject(stageNeverEnds(uses))
  })
  process.on('beforeExit', stuck)
  try {
    return await Promise.race([work, never])
  } finally {
    process.off('beforeExit', stuck)
  }
}

/**
 * What a stage answers by output port, after as many tries as it declares.
 * @param warn is told when the stage goes on long after it was to stop
 * @throws what the stage throws, a plugin's own mistakes as XpError; XpError when it can never end
 */
export async function answerOf(
  stage: AnyStage,
  context: Context,
  { onRetry, warn }: Pick<Parameters<typeof withRetries>[2], 'onRetry'> & { warn(message: string): void },
): Promise<Readonly<Record<string, unknown>>> {
  const { signal, scratch } = context
  signal.throwIfAborted()
  let late: NodeJS.Timeout | undefined
  const onAbort = () => {
    late = setTimeout(() => warn(stageStopsLate(stage.uses, patienceMs / 1000)), patienceMs)
  }
  signal.addEventListener('abort', onAbort)
  try {
    return await blamingPlugin(stage, signal, scratch, async () => {
      const once = () => unlessStuck(stage.uses, Promise.resolve(stage.run(context)) as Promise<unknown>)
      const values = await (stage.retry === undefined ? once() : withRetries(stage.retry, once, { signal, onRetry }))
      const missing = Object.keys(stage.outputs).find(
        (port) => (values as Record<string, unknown>)?.[port] === undefined,
      )
      if (missing !== undefined) throw new TypeError(`${stage.uses} answered nothing for its output ${missing}`)
      return values as Readonly<Record<string, unknown>>
    })
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', onAbort)
  }
}
