import { badHubPlace } from '../../errors/hub.ts'
import { hubScheme } from '../../registry/params.ts'

export type RepoType = 'model' | 'dataset'

/** A repository on the hub at a revision, and a folder or file in it. */
export interface RepoPlace {
  readonly type: RepoType
  /** `owner/name`. */
  readonly name: string
  /** A branch, a tag, `refs/pr/1`, or a commit. */
  readonly revision: string
  /** Relative to the repository with `/`; empty for all of it. */
  readonly path: string
}

const datasets = 'datasets/'
const defaultRevision = 'main'

const form = /^([^/@]+)\/([^/@]+)(?:@(refs\/(?:convert|pr)\/[^/]+|[^/]+))?(?:\/(.*))?$/
const isName = (text: string) => /^[\w.-]{1,96}$/.test(text) && !/^[.-]|[.-]$|\.\.|--/.test(text)
const isCommitHash = /^[0-9a-f]{40}$/

/** Whether a revision names one state for ever. */
export const isCommit = (revision: string): boolean => isCommitHash.test(revision)

/** The type of repository that a value names, from its beginning; undefined for a value that is no place on the hub. */
export const repoTypeOf = (value: string): RepoType | undefined =>
  !value.startsWith(hubScheme) ? undefined : value.startsWith(hubScheme + datasets) ? 'dataset' : 'model'

/**
 * Reads `hf://[datasets/]owner/name[@revision][/path]`, the form of huggingface_hub's HfFileSystem. A `/` in the name
 * of a branch is written `%2F`.
 * @throws XpError when it has another form
 */
export function parseRepoPlace(value: string): RepoPlace {
  const type = repoTypeOf(value) ?? 'model'
  const rest = value.slice(hubScheme.length + (type === 'dataset' ? datasets.length : 0))
  if (/^(spaces|models|buckets)\//.test(rest)) throw badHubPlace(value, 'models and datasets are read, nothing else')
  const [, owner = '', name = '', spelled = defaultRevision, path = ''] = form.exec(rest) ?? []
  if (!isName(owner) || !isName(name)) throw badHubPlace(value, 'a repository has an owner and a name')
  const revision = decoded(spelled)
  if (revision === undefined || !/^[\w./-]+$/.test(revision) || revision.split('/').includes('..'))
    throw badHubPlace(value, 'its revision is not the name of a branch, a tag or a commit')
  const steps = path.split('/').filter((step) => step !== '' && step !== '.')
  if (steps.includes('..') || path.includes('\\')) throw badHubPlace(value, 'its path leads out of the repository')
  return { type, name: `${owner}/${name}`, revision, path: steps.join('/') }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** How a reader knows a repository: `hf://datasets/owner/name`. */
export const repoTitle = ({ type, name }: Pick<RepoPlace, 'type' | 'name'>): string =>
  `${hubScheme}${type === 'dataset' ? datasets : ''}${name}`
