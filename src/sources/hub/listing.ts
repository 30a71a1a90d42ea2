import { hubAnswer, hubFileName } from '../../errors/hub.ts'
import type { HubClient } from './hub-client.ts'
import type { RepoPlace } from './repo-place.ts'

/** One file of a repository. */
export interface RepoFile {
  /** With `/`, from the repository. */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Of its content: SHA-256 of a large file, else git's SHA-1 of the blob. The cache names its bytes by it. */
  readonly hash: string
  readonly sha256: boolean
}

/** Whether a path stays below the folder that it is written to, under the rules of every system. */
const isSafe = (path: string) =>
  !path.includes('\0') &&
  path.split(/[/\\]/).every((step) => step !== '..' && step !== '' && !/^[a-z]:/i.test(step)) &&
  !path.includes('\\')

/** The library's functions take a repository's type and name together. */
const designation = ({ type, name }: Pick<RepoPlace, 'type' | 'name'>) => ({ type, name })

/** The commit that a revision is now. @throws XpError when the hub does not say */
export async function remoteCommit(client: HubClient, place: RepoPlace): Promise<string> {
  const { datasetInfo, modelInfo } = await import('@huggingface/hub')
  const { type, name, revision } = place
  const { endpoint: hubUrl, fetch } = client
  const asked = { name, revision, hubUrl, fetch, additionalFields: ['sha' as const] }
  const { sha } = await answered(client, () => (type === 'dataset' ? datasetInfo(asked) : modelInfo(asked)))
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) throw hubAnswer(client.repo, 'it names no commit')
  return sha
}

/** Every file of a repository at a commit. @throws XpError when the hub does not tell, or a name is unsafe */
export async function remoteListing(client: HubClient, place: RepoPlace, commit: string): Promise<readonly RepoFile[]> {
  const { listFiles } = await import('@huggingface/hub')
  const { endpoint: hubUrl, fetch } = client
  return answered(client, async () => {
    const files: RepoFile[] = []
    for await (const { type, path, size, oid, lfs } of listFiles({
      repo: designation(place),
      revision: commit,
      recursive: true,
      hubUrl,
      fetch,
    })) {
      if (type !== 'file') continue
      const hash = lfs?.oid ?? oid
      if (typeof path !== 'string' || typeof size !== 'number' || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash ?? ''))
        throw hubAnswer(client.repo, 'its list of files has a file without name, size or hash')
      if (!isSafe(path)) throw hubFileName(client.repo, path)
      files.push({ path, size, hash: hash as string, sha256: lfs !== undefined })
    }
    return files
  })
}

/** Does what asks the hub by its library. @throws XpError for an answer that is not of its form */
async function answered<T>(client: HubClient, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw hubAnswer(client.repo, error.message)
    throw error
  }
}
