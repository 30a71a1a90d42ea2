import { badTrackingUri, unsetEnv } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import type { MlflowTarget } from '../registry/experiment.ts'
import { envReference } from './interpolate.ts'
import { type LocatedMap, valueAt } from './located.ts'
import { locate } from './source.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The text with `${env:X}` read; the names that are not set and have no default. An empty variable counts as unset. */
function expand(text: string, env: Environment): { readonly text: string; readonly unset: readonly string[] } {
  const unset: string[] = []
  const expanded = text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const [, name, fallback] = envReference.exec(inner.trim()) ?? []
    if (name === undefined) return whole
    const value = env[name]
    if (value !== undefined && value !== '') return value
    if (fallback === undefined) unset.push(name)
    return fallback ?? ''
  })
  return { text: expanded, unset }
}

const isHttp = (uri: string) => /^https?:\/\/[^/]/.test(uri) && URL.canParse(uri)

/**
 * The MLflow server of an experiment: `track.mlflow`, else `MLFLOW_TRACKING_URI`. Absent when the address depends on a
 * variable that is not set. An address that the environment gives is checked by the tracker, once it is to be used.
 */
export function resolveTracking(
  root: LocatedMap,
  name: string,
  env: Environment,
): { readonly mlflow?: MlflowTarget; readonly errors: readonly XpError[] } {
  const textAt = (field: string) => {
    const node = valueAt(root, ['track', 'mlflow', field])
    return node?.kind === 'scalar' && typeof node.value === 'string' ? { span: node.span, text: node.value } : undefined
  }
  const written = textAt('uri')
  if (written === undefined) {
    const uri = valueAt(root, ['track', 'mlflow']) === undefined ? env.MLFLOW_TRACKING_URI?.trim() : undefined
    return uri ? { mlflow: { uri, experiment: env.MLFLOW_EXPERIMENT_NAME || name }, errors: [] } : { errors: [] }
  }
  const uri = expand(written.text, env)
  if (uri.text === written.text && !isHttp(uri.text)) {
    return { errors: [badTrackingUri(locate(written.span), 'track.mlflow.uri')] }
  }
  if (uri.unset.length > 0 || uri.text === '') return { errors: [] }
  const titled = textAt('experiment')
  const experiment = expand(titled?.text ?? name, env)
  const [unset] = experiment.unset
  if (titled !== undefined && unset !== undefined) {
    return { errors: [unsetEnv(locate(titled.span), 'track.mlflow.experiment', unset)] }
  }
  return { mlflow: { uri: uri.text, experiment: experiment.text || name }, errors: [] }
}
