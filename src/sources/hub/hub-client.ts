import { setTimeout as sleep } from 'node:timers/promises'
import { hubBusy, hubRefused, hubUnreachable } from '../../errors/hub.ts'
import type { HubSettings } from './hub-settings.ts'

export interface ClientOptions {
  readonly signal: AbortSignal
  /** Tries of one request that fails in a way that may pass. */
  readonly tries?: number
  /** Before the second try; each later wait is twice as long. */
  readonly firstWaitMs?: number
  /** Without an answer, or a piece of one, for so long, the connection counts as cut. */
  readonly silenceMs?: number
}

/** Waits longer than this, when the hub asks for them, are left to the user. */
const longestWaitMs = 60_000

/** Whether there is no such machine, or nothing listens there: a second try tells as much as a fifth. */
const isNobodyThere = (error: unknown) =>
  /^(ENOTFOUND|ECONNREFUSED)$/.test(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '')

/** Seconds that a busy server asks for. Sources: RFC 9110 `Retry-After`; the hub's `RateLimit: "api";r=0;t=55`. */
function askedWaitMs(headers: Headers): number | undefined {
  const after = headers.get('retry-after')
  const seconds = after === null ? /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1] : after
  if (seconds === undefined) return undefined
  const ms = /^\d+$/.test(seconds) ? Number(seconds) * 1000 : Date.parse(seconds) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** Requests about one repository: with the token to the hub itself and to no one else, tried again where that may help. */
export class HubClient {
  readonly repo: string
  readonly #settings: HubSettings
  readonly #options: Required<ClientOptions>

  constructor(repo: string, settings: HubSettings, options: ClientOptions) {
    this.repo = repo
    this.#settings = settings
    this.#options = { tries: 5, firstWaitMs: 1000, silenceMs: 30_000, ...options }
  }

  get endpoint(): string {
    return this.#settings.endpoint
  }

  get silenceMs(): number {
    return this.#options.silenceMs
  }

  /** Waits before try number `tried + 1`. @throws the signal's reason when it is aborted */
  async pause(tried: number, askedMs?: number): Promise<void> {
    await sleep(askedMs ?? this.#options.firstWaitMs * 2 ** (tried - 1), undefined, { signal: this.#options.signal })
  }

  get tries(): number {
    return this.#options.tries
  }

  /** Headers with the token when `url` is on the hub; `fetch` itself drops them where a redirect leads elsewhere. */
  #headersFor(url: string, given: RequestInit['headers']): Headers {
    const headers = new Headers(given)
    headers.delete('authorization')
    const { token, endpoint } = this.#settings
    if (token !== undefined && new URL(url).origin === new URL(endpoint).origin)
      headers.set('authorization', `Bearer ${token}`)
    headers.set('user-agent', 'xp')
    return headers
  }

  /**
   * `fetch`, for the hub's own library too.
   * @throws XpError when the hub refuses, is busy or does not answer; the signal's reason when it is aborted
   */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : `${input}`
    const { signal, tries, silenceMs } = this.#options
    for (let tried = 1; ; tried++) {
      const silence = new AbortController()
      const timer = setTimeout(() => silence.abort(new Error(`no answer for ${silenceMs / 1000} s`)), silenceMs)
      try {
        const headers = this.#headersFor(url, init.headers)
        const response = await fetch(url, { ...init, headers, signal: AbortSignal.any([signal, silence.signal]) })
        if (response.ok || response.status === 416) return response
        const { status } = response
        await response.body?.cancel()
        if (status !== 429 && status < 500) {
          const code = response.headers.get('x-error-code') ?? undefined
          throw hubRefused(this.repo, url, status, code, this.#settings)
        }
        const asked = askedWaitMs(response.headers)
        if (tried >= tries || (asked ?? 0) > longestWaitMs) throw hubBusy(this.repo, url, status, tried, asked)
        await this.pause(tried, asked)
      } catch (error) {
        signal.throwIfAborted()
        // What fetch throws when there was no answer.
        const isCut = silence.signal.aborted || error instanceof TypeError
        if (!isCut) throw error
        if (tried >= (isNobodyThere(error) ? Math.min(2, tries) : tries))
          throw hubUnreachable(this.repo, this.#settings.endpoint, error)
        await this.pause(tried)
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
