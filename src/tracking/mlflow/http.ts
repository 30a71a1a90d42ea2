import type { Target } from './target.ts'

/** A call that did not succeed. `code` is MLflow's error code where the server gave one; `status` 0 means no answer. */
export class MlflowFailure extends Error {
  readonly status: number
  readonly code: string | undefined
  /** The same call may succeed later. */
  readonly temporary: boolean
  /** What the server asked for with `Retry-After`, in milliseconds. */
  readonly retryAfter: number | undefined

  constructor(
    message: string,
    facts: { status: number; code?: string | undefined; temporary: boolean; retryAfter?: number | undefined },
  ) {
    super(message)
    this.name = 'MlflowFailure'
    this.status = facts.status
    this.code = facts.code
    this.temporary = facts.temporary
    this.retryAfter = facts.retryAfter
  }
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Full URL. */
  readonly url: string
  readonly json?: unknown
  readonly bytes?: Uint8Array<ArrayBuffer>
}

/** Statuses that MLflow's Python client tries again, for every method. */
const temporaryStatus = new Set([408, 425, 429, 500, 502, 503, 504])

/** Two runs wrote the same row of the server's database at once; MLflow answers 400, and a second try finds the row. */
const lostRace = /IntegrityError|database is locked/

function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after')
  if (header === null) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Why a connection failed, in a few words, from the nested causes that fetch gives. */
function connectionTrouble(error: unknown): string {
  const codes: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ENOTFOUND: 'host not found',
    EAI_AGAIN: 'host name lookup failed',
    ECONNRESET: 'connection reset',
    EHOSTUNREACH: 'host unreachable',
    ENETUNREACH: 'network unreachable',
    ETIMEDOUT: 'timed out',
    UND_ERR_SOCKET: 'connection closed by the server',
    UND_ERR_CONNECT_TIMEOUT: 'timed out',
  }
  for (let e = error; e instanceof Error; e = e.cause) {
    if (e.name === 'TimeoutError' || e.name === 'AbortError') return 'no answer in time'
    const { code } = e as NodeJS.ErrnoException
    if (code !== undefined) return codes[code] ?? code
    if (!(e.cause instanceof Error)) return e.message
  }
  return String(error)
}

/**
 * One HTTP call; the answer's JSON, or `{}` for an empty body. Redirects are not followed: credentials stay with the
 * server that was named.
 * @throws MlflowFailure
 */
export async function send(target: Target, call: Call, signal: AbortSignal): Promise<unknown> {
  const sameServer = new URL(call.url).origin === new URL(target.base).origin
  let response: Response
  let text: string
  try {
    response = await fetch(call.url, {
      method: call.method,
      redirect: 'manual',
      signal,
      headers: {
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...(target.authorization === undefined || !sameServer ? {} : { authorization: target.authorization }),
      },
      body: call.json === undefined ? (call.bytes ?? null) : JSON.stringify(call.json),
    })
    text = await response.text()
  } catch (error) {
    throw new MlflowFailure(connectionTrouble(error), { status: 0, temporary: true })
  }
  if (response.status >= 300 && response.status < 400) {
    const to = response.headers.get('location') ?? 'another address'
    throw new MlflowFailure(`it redirects to ${to}`, { status: response.status, temporary: false })
  }
  const body = parse(text)
  if (!response.ok) {
    const { error_code: code, message } = (body ?? {}) as { error_code?: string; message?: string }
    throw new MlflowFailure(
      `${response.status} ${code ?? response.statusText}${message ? `: ${firstLine(message)}` : ''}`,
      {
        status: response.status,
        code,
        temporary: temporaryStatus.has(response.status) || lostRace.test(message ?? ''),
        retryAfter: retryAfterOf(response),
      },
    )
  }
  if (body === undefined) {
    throw new MlflowFailure('it answers something else than JSON: is this an MLflow server?', {
      status: response.status,
      temporary: false,
    })
  }
  return body
}

const firstLine = (text: string) => (text.split('\n', 1)[0] ?? '').slice(0, 300)

function parse(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
