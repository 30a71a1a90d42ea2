import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a repository holds at one commit, by path. Files of at least `largeFrom` bytes are stored as large ones are. */
export type RepoFiles = Readonly<Record<string, string | Uint8Array>>

interface Repo {
  /** By commit, 40 hex digits. */
  readonly commits: Readonly<Record<string, RepoFiles>>
  /** Commits by branch. */
  readonly refs: Record<string, string>
  readonly access?: 'private' | 'gated'
}

export interface Seen {
  readonly host: 'hub' | 'storage'
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly range: string | undefined
}

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection ends after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** A byte of the body is another. */
  | { readonly kind: 'wrong' }
  /** More bytes than announced by the listing. */
  | { readonly kind: 'long' }
  /** Nothing is answered. */
  | { readonly kind: 'silent' }
  /** Parts are not given: the whole file comes. */
  | { readonly kind: 'whole' }

export interface HubServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** By `owner/name` or `datasets/owner/name`; may be changed. */
  readonly repos: Record<string, Repo>
  readonly seen: Seen[]
  /** Decides what goes wrong with a request. */
  fault: (request: Seen) => Fault | undefined
  close(): Promise<void>
}

const largeFrom = 4096
const pageSize = 3

const bytesOf = (file: string | Uint8Array) => Buffer.from(file as string)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const gitHash = (bytes: Uint8Array) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')

const token = 'hf_right'

const listen = (server: Server) =>
  new Promise<string>((done) =>
    server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  )

function send(request: IncomingMessage, response: ServerResponse, bytes: Buffer, fault: Fault | undefined) {
  if (fault?.kind === 'silent') return
  if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end()
  const body = Buffer.from(bytes)
  if (fault?.kind === 'wrong') body[body.length >> 1] = (body[body.length >> 1] as number) ^ 1
  const range = fault?.kind === 'whole' ? undefined : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const from = range ? Number(range[1]) : 0
  const to = range?.[2] ? Number(range[2]) : body.length - 1
  if (range && from >= body.length)
    return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
  const part =
    fault?.kind === 'long' ? Buffer.concat([body.subarray(from), Buffer.alloc(10)]) : body.subarray(from, to + 1)
  if (range) response.setHeader('content-range', `bytes ${from}-${to}/${body.length}`)
  response.setHeader('content-length', part.length)
  response.setHeader('accept-ranges', 'bytes')
  response.writeHead(range ? 206 : 200)
  if (request.method === 'HEAD') return void response.end()
  if (fault?.kind !== 'cut') return void response.end(part)
  response.write(part.subarray(0, fault.bytes), () => setTimeout(() => response.destroy(), 20))
}

/** A server with the routes of the hub that reading needs, and one for the bytes of large files, on loopback. */
export async function startHub(repos: Record<string, Repo>): Promise<HubServer> {
  const seen: Seen[] = []
  const stored = new Map<string, Buffer>()
  const note = (host: Seen['host'], { method = '', url = '', headers }: IncomingMessage): Seen => {
    const { authorization, range } = headers
    const request = { host, method, path: decodeURIComponent(url), authorization, range }
    seen.push(request)
    return request
  }

  const storage = createServer((request, response) => {
    const fault = hub.fault(note('storage', request))
    const bytes = stored.get((request.url ?? '').slice(1))
    if (bytes === undefined) return void response.writeHead(404).end()
    send(request, response, bytes, fault)
  })
  const storageUrl = await listen(storage)

  const refuse = (response: ServerResponse, status: number, code: string) =>
    void response.writeHead(status, { 'x-error-code': code, 'x-error-message': code }).end()

  const server = createServer((request, response) => {
    const told = note('hub', request)
    const { pathname, searchParams } = new URL(request.url ?? '', hub.url)
    const path = decodeURIComponent(pathname)
    const isApi = path.startsWith('/api/')
    const [, ofApi = '', name = '', verb = '', rest = ''] =
      (isApi
        ? /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path)
        : /^\/(datasets\/)?([^/]+\/[^/]+)\/(resolve)\/(.+)$/.exec(path)) ?? []
    const fault = hub.fault(told)
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end()
    if (fault?.kind === 'silent') return
    const repo = hub.repos[`${ofApi.startsWith('datasets') ? 'datasets/' : ''}${name}`]
    const isKnown = request.headers.authorization === `Bearer ${token}`
    if (request.headers.authorization !== undefined && !isKnown) return refuse(response, 401, 'InvalidToken')
    if (repo === undefined || (repo.access === 'private' && !isKnown))
      return refuse(response, isKnown ? 404 : 401, 'RepoNotFound')
    if (repo.access === 'gated' && !isKnown && verb === 'resolve') return refuse(response, 401, 'GatedRepo')
    const refs = Object.keys(repo.refs).concat(Object.keys(repo.commits))
    const revision = refs.find((ref) => rest === ref || rest.startsWith(`${ref}/`))
    if (revision === undefined) return refuse(response, 404, 'RevisionNotFound')
    const commit = repo.refs[revision] ?? revision
    const files = repo.commits[commit] ?? {}
    const json = (value: unknown) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (verb === 'revision') return json({ _id: '1', id: name, sha: commit, siblings: [], lastModified: new Date(0) })
    if (verb === 'tree') {
      const all = Object.entries(files).map(([path, file]) => {
        const bytes = bytesOf(file)
        const size = bytes.length
        const lfs = size < largeFrom ? {} : { lfs: { oid: sha256(bytes), size, pointerSize: 130 } }
        return { type: 'file', oid: gitHash(bytes), size, path, ...lfs }
      })
      const from = Number(searchParams.get('cursor') ?? 0)
      const next = from + pageSize
      if (next < all.length)
        response.setHeader('link', `<${hub.url}${pathname}?recursive=true&cursor=${next}>; rel="next"`)
      return json([{ type: 'directory', oid: '0', size: 0, path: 'folder' }, ...all.slice(from, next)])
    }
    const file = files[rest.slice(revision.length + 1)]
    if (file === undefined) return refuse(response, 404, 'EntryNotFound')
    const bytes = bytesOf(file)
    const isLarge = bytes.length >= largeFrom
    const hash = isLarge ? sha256(bytes) : gitHash(bytes)
    response.setHeader('x-repo-commit', commit)
    response.setHeader('etag', `"${hash}"`)
    if (!isLarge) return send(request, response, bytes, fault)
    stored.set(hash, bytes)
    response.setHeader('x-linked-etag', `"${hash}"`)
    response.setHeader('x-linked-size', bytes.length)
    response.writeHead(302, { location: `${storageUrl}/${hash}` }).end()
  })

  const hub: HubServer = {
    url: await listen(server),
    repos,
    seen,
    fault: () => undefined,
    async close() {
      for (const each of [server, storage]) {
        each.closeAllConnections()
        await new Promise((done) => each.close(done))
      }
    },
  }
  return hub
}

/** The only token that a server takes. */
export const rightToken = token
