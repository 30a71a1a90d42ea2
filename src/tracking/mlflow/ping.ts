import { trackingUnreachable } from '../../errors/tracking.ts'
import { MlflowClient } from './client.ts'
import { type Environment, targetOf } from './target.ts'

/**
 * Makes sure that an MLflow server answers at `uri` and lets us in.
 * @throws XpError, exit kind `tracking`, when it does not; `config` when the URI is no server's.
 */
export async function pingMlflow(uri: string, env: Environment): Promise<void> {
  const target = targetOf(uri, env)
  try {
    await new MlflowClient(target, () => AbortSignal.timeout(5000)).experiment('Default')
  } catch (error) {
    throw trackingUnreachable(target.base, error instanceof Error ? error.message : String(error))
  }
}
