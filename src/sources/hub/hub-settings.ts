import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { badHubEndpoint } from '../../errors/hub.ts'

/** Where the hub is, and what is known of it here; the environment says it as for Hugging Face's Python library. */
export interface HubSettings {
  /** Without a `/` at its end. */
  readonly endpoint: string
  readonly token: string | undefined
  readonly isOffline: boolean
  /** The cache that Python's huggingface_hub uses too. */
  readonly cacheDir: string
}

const isTrue = (value: string | undefined) => /^(1|on|yes|true)$/i.test(value ?? '')

/** Source of names and order: huggingface_hub `constants.py`. @throws XpError when HF_ENDPOINT is no address */
export function hubSettings(env: NodeJS.ProcessEnv): HubSettings {
  const endpoint = (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '')
  if (!/^https?:\/\/[^/?#]+/.test(endpoint) || !URL.canParse(endpoint)) throw badHubEndpoint(endpoint)
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface')
  return {
    endpoint,
    token: tokenOf(env, home),
    isOffline: isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE),
    cacheDir: resolve(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub')),
  }
}

/** The token of the environment, or the one that `hf auth login` left. */
function tokenOf(env: NodeJS.ProcessEnv, home: string): string | undefined {
  const named = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN
  if (named) return named.trim()
  if (isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
  try {
    return readFileSync(env.HF_TOKEN_PATH || join(home, 'token'), 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
