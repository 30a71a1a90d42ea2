import { XpError } from './xp-error.ts'

export const badHubPlace = (value: string, why: string) =>
  new XpError({
    code: 'XP_HUB_PLACE',
    exit: 'config',
    message: `${value} is not a place on the hub: ${why}`,
    hint: 'write owner/name or hf://owner/name for a model, hf://datasets/owner/name for a dataset; @revision and /path may follow',
    details: { value },
  })

export const badHubEndpoint = (endpoint: string) =>
  new XpError({
    code: 'XP_HUB_ENDPOINT',
    exit: 'environment',
    message: `HF_ENDPOINT is ${JSON.stringify(endpoint)}, which is no web address`,
    hint: 'set it to one such as https://huggingface.co, or unset it',
    details: { endpoint },
  })

interface Access {
  readonly endpoint: string
  readonly token: string | undefined
}

/** What the hub says no to, in its own words of `X-Error-Code` where it has some. */
function refusal(repo: string, status: number, code: string | undefined, { endpoint, token }: Access) {
  const page = `${endpoint}/${repo.slice('hf://'.length)}`
  const isKnown = token !== undefined
  if (code === 'GatedRepo')
    return [
      `${repo} is gated: it is given to those who accepted its terms`,
      isKnown ? `accept them at ${page}` : `accept them at ${page}, and set HF_TOKEN to a token of your account`,
    ]
  if (code === 'RevisionNotFound')
    return [`${repo} has no such revision`, `its branches and tags are listed at ${page}`]
  if (code === 'EntryNotFound') return [`${repo} has no such file`, `its files are listed at ${page}/tree/main`]
  if (status === 401 && isKnown)
    return [
      `${repo} is not there, or the token is not valid`,
      'correct the id, or the path if a folder on this machine is meant; or make a new token in the settings of your account and set HF_TOKEN to it',
    ]
  if (status === 401 || (status === 404 && !isKnown))
    return [
      `${repo} is not there, or is private`,
      'correct the id, or the path if a folder on this machine is meant; for a private repository, set HF_TOKEN to a token',
    ]
  if (status === 403) return [`the token may not read ${repo}`, 'give it permission to read that repository']
  if (status === 404)
    return [
      `${repo} is not there, or your account may not see it`,
      'correct the id, or the path if a folder on this machine is meant',
    ]
  return [`the hub does not give ${repo} (status ${status})`, `look at ${page} in a browser`]
}

export function hubRefused(repo: string, url: string, status: number, code: string | undefined, access: Access) {
  const [message = '', hint = ''] = refusal(repo, status, code, access)
  return new XpError({
    code: 'XP_HUB_REFUSED',
    exit: 'data',
    message,
    hint,
    details: { repo, url, status, ...(code === undefined ? {} : { code }) },
  })
}

export const hubBusy = (repo: string, url: string, status: number, tries: number, waitMs: number | undefined) =>
  new XpError({
    code: 'XP_HUB_BUSY',
    exit: 'environment',
    message: `${repo}: the hub answers with status ${status} after ${tries} tries`,
    hint:
      status === 429
        ? `too many requests came from here: wait ${waitMs === undefined ? 'some minutes' : `${Math.ceil(waitMs / 1000)} s`} and run again, or set HF_TOKEN, which may ask more often; what was downloaded is kept`
        : 'run again later; what was downloaded is kept',
    details: { repo, url, status },
  })

const causeOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message
}

export const hubUnreachable = (repo: string, endpoint: string, cause: unknown) =>
  new XpError({
    code: 'XP_HUB_UNREACHABLE',
    exit: 'environment',
    message: `${repo}: ${endpoint} does not answer (${causeOf(cause)})`,
    hint: 'check the connection and run again: what was downloaded is kept; HF_ENDPOINT names another hub, and a folder on this machine can be named instead',
    details: { repo, endpoint },
    cause,
  })

export const hubCut = (repo: string, file: string, bytes: number, size: number, cause: unknown) =>
  new XpError({
    code: 'XP_HUB_CUT',
    exit: 'environment',
    message: `${repo}: the download of ${file} was cut off again and again, at last after ${bytes} of ${size} bytes (${causeOf(cause)})`,
    hint: 'run again: it goes on where it stopped',
    details: { repo, file, bytes, size },
    cause,
  })

export const hubWrongBytes = (repo: string, file: string, expected: string, found: string) =>
  new XpError({
    code: 'XP_HUB_WRONG_BYTES',
    exit: 'environment',
    message: `${repo}: ${file} came twice with other bytes than the hub announces (hash ${found} instead of ${expected})`,
    hint: 'something between here and the hub changes files: try another network, or unset HF_ENDPOINT if it names a mirror; nothing was kept of it',
    details: { repo, file, expected, found },
  })

export const hubOffline = (repo: string, revision: string, cacheDir: string, missing?: readonly string[]) =>
  new XpError({
    code: 'XP_HUB_OFFLINE',
    exit: 'environment',
    message: `${repo} at ${revision} is not ${missing === undefined ? '' : 'whole '}in ${cacheDir}, and HF_HUB_OFFLINE forbids to download it${missing === undefined ? '' : `; missing: ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? `, and ${missing.length - 8} more` : ''}`}`,
    hint: 'unset HF_HUB_OFFLINE for one run; or copy the cache folder of a machine that has it',
    details: { repo, revision, cacheDir, ...(missing === undefined ? {} : { missing }) },
  })

export const hubAnswer = (repo: string, what: string) =>
  new XpError({
    code: 'XP_HUB_ANSWER',
    exit: 'environment',
    message: `${repo}: the hub's answer is not understood: ${what}`,
    hint: 'if HF_ENDPOINT names a mirror, check that it speaks the routes of huggingface.co',
    details: { repo },
  })

export const hubFileName = (repo: string, file: string) =>
  new XpError({
    code: 'XP_HUB_FILE_NAME',
    exit: 'data',
    message: `${repo} is not downloaded: its file ${JSON.stringify(file)} leads out of its folder`,
    hint: 'such a name may be an attack: ask the owner of the repository',
    details: { repo, file },
  })

export const nothingInRepo = (repo: string, path: string, what: string) =>
  new XpError({
    code: 'XP_HUB_NOTHING',
    exit: 'data',
    message: `${repo} has no ${what}${path === '' ? '' : ` in ${path}`}`,
    hint: 'look at its list of files, and add the folder: hf://owner/name/folder',
    details: { repo, path },
  })

export const noSpaceForDownload = (repo: string, dir: string, needed: number, free: number) =>
  new XpError({
    code: 'XP_HUB_SPACE',
    exit: 'environment',
    message: `${repo} needs ${megabytes(needed)} MB more in ${dir}, which has ${megabytes(free)} MB free`,
    hint: 'free some space, or set HF_HUB_CACHE to a folder on another disk',
    details: { repo, dir, neededBytes: needed, freeBytes: free },
  })

const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
