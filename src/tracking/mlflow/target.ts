import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { redact } from '../../errors/printable.ts'
import { unsupportedTrackingOption, unsupportedTrackingUri } from '../../errors/tracking.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A tracking server and how to sign in. */
export interface Target {
  /** `http(s)://host[:port][/prefix]`, no trailing slash, no user info. */
  readonly base: string
  readonly authorization: string | undefined
}

const caHint = 'give Node the certificate authority with NODE_EXTRA_CA_CERTS=/path/to/ca.pem instead'
const proxyHint = 'put a signing proxy in front of the server, or unset the variable'
/** Settings of MLflow's Python client that change the connection; ignoring one would connect otherwise than asked. */
const unsupported: readonly (readonly [string, string])[] = [
  ['MLFLOW_TRACKING_INSECURE_TLS', caHint],
  ['MLFLOW_TRACKING_SERVER_CERT_PATH', caHint],
  ['MLFLOW_TRACKING_CLIENT_CERT_PATH', proxyHint],
  ['MLFLOW_TRACKING_AWS_SIGV4', proxyHint],
  ['MLFLOW_TRACKING_AUTH', proxyHint],
]

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** User and password of `~/.mlflow/credentials` (INI, section `[mlflow]`). */
function credentialsFile(home: string): { readonly user?: string; readonly password?: string } {
  let text: string
  try {
    text = readFileSync(join(home, '.mlflow', 'credentials'), 'utf8')
  } catch {
    return {}
  }
  const value = (name: string) => new RegExp(`^\\s*${name}\\s*[=:]\\s*(.*?)\\s*$`, 'm').exec(text)?.[1]
  const [user, password] = [value('mlflow_tracking_username'), value('mlflow_tracking_password')]
  return { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
}

/** As in MLflow's Python client: user and password (environment, else credentials file) before a token. */
function authorizationOf(url: URL, env: Environment, home: string): string | undefined {
  if (url.username !== '') return basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
  const file = credentialsFile(home)
  const user = env.MLFLOW_TRACKING_USERNAME ?? file.user
  const password = env.MLFLOW_TRACKING_PASSWORD ?? file.password
  if (user !== undefined && user !== '' && password !== undefined) return basic(user, password)
  const token = env.MLFLOW_TRACKING_TOKEN
  return token === undefined || token === '' ? undefined : `Bearer ${token}`
}

/**
 * Reads a tracking URI and MLflow's environment variables.
 * @throws XpError on a scheme that is no server's, or a connection setting that is not supported.
 */
export function targetOf(uri: string, env: Environment, home = homedir()): Target {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw unsupportedTrackingUri(redact(uri))
  }
  for (const [variable, hint] of unsupported) {
    if (!['', 'false', '0', undefined].includes(env[variable]?.toLowerCase())) {
      throw unsupportedTrackingOption(variable, hint)
    }
  }
  const base = `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '')
  return { base, authorization: authorizationOf(url, env, home) }
}
