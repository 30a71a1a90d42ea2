import { badTrackingUri, unsetEnv } from '../errors/config.ts'
import type { XpError } from '../errors/xp-error.ts'
import type { MlflowTarget } from '../registry/experiment.ts'
import { envReference } from './interpolate.ts'
import { type LocatedMap, type LocatedScalar, valueAt } from './located.ts'
import { locate } from './source.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The text with `${env:X}` read; the names that are not set and have no default. An empty variable counts as unset. */
function expand(
  text: string,
  env: Environment,
): { readonly text: string; readonly names: readonly string[]; readonly unset: readonly string[] } {
  const names: string[] = []
  const unset: string[] = []
  const expanded = text.replace(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    const [, name, fallback] = envReference.exec(inner.trim()) ?? []
    if (name === undefined) return whole
    names.push(name)
    const value = env[name]
    if (value !== undefined && value !== '') return value
    if (fallback === undefined) unset.push(name)
    return fallback ?? ''
  })
  return { text: expanded, names, unset }
}

const isHttp = (uri: string) => /^https?:\/\/[^/]/.test(uri) && URL.canParse(uri)

/**
 * The MLflow server of an experiment: `track.mlflow`, else `MLFLOW_TRACKING_URI`. Absent when the address depends on a
 * variable that is not set.
 */
export function resolveTracking(
  root: LocatedMap,
  name: string,
  env: Environment,
): { readonly mlflow?: MlflowTarget; readonly errors: readonly XpError[] } {
  const text = (field: string) => {
    const node = valueAt(root, ['track', 'mlflow', field])
    return node?.kind === 'scalar' && typeof node.value === 'string'
      ? (node as LocatedScalar & { value: string })
      : undefined
  }
  const uriNode = text('uri')
  if (uriNode === undefined) {
    if (valueAt(root, ['track', 'mlflow']) !== undefined) return { errors: [] }
    const uri = env.MLFLOW_TRACKING_URI ?? ''
    if (uri === '') return { errors: [] }
    if (!isHttp(uri)) return { errors: [badTrackingUri(undefined, 'the environment variable MLFLOW_TRACKING_URI')] }
    return { mlflow: { uri, experiment: env.MLFLOW_EXPERIMENT_NAME || name }, errors: [] }
  }
  const uri = expand(uriNode.value, env)
  if (uri.unset.length > 0 || uri.text === '') return { errors: [] }
  if (!isHttp(uri.text))
    return {
      errors: [
        badTrackingUri(
          locate(uriNode.span),
          `track.mlflow.uri${uri.names.length === 0 ? '' : `, with ${uri.names.join(' and ')} of the environment,`}`,
        ),
      ],
    }
  const experimentNode = text('experiment')
  const experiment = expand(experimentNode?.value ?? name, env)
  if (experimentNode !== undefined && experiment.unset[0] !== undefined) {
    return { errors: [unsetEnv(locate(experimentNode.span), 'track.mlflow.experiment', experiment.unset[0])] }
  }
  return { mlflow: { uri: uri.text, experiment: experiment.text || name }, errors: [] }
}
