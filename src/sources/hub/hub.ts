import { statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hubOffline, hubWrongBytes } from '../../errors/hub.ts'
import { expectedErrors } from '../../errors/xp-error.ts'
import type { SourceKindName } from '../../registry/params.ts'
import { digestTree } from '../../std/hash.ts'
import { hashFiles, type ListedFile } from '../../std/tree.ts'
import { archiveKind, isArchiveName } from '../archive.ts'
import { withStatCache } from '../folder.ts'
import type { ReadSource, SourceKind, SourceScope } from '../source.ts'
import { HubCache } from './hub-cache.ts'
import { type ClientOptions, HubClient } from './hub-client.ts'
import { type HubSettings, hubSettings } from './hub-settings.ts'
import { remoteCommit } from './listing.ts'
import { isCommit, parseRepoPlace, type RepoPlace, type RepoType, repoTitle, repoTypeOf } from './repo-place.ts'
import { completeSnapshot, type LocalSnapshot, type SnapshotScope } from './snapshot.ts'

interface Resolved {
  readonly commit: string
  readonly warnings: readonly string[]
}

type MakeClient = (options?: Partial<ClientOptions>) => HubClient

const short = (commit: string) => commit.slice(0, 12)

/** Says so when a revision is no longer the commit that an earlier run used. Whether the hub answers does not matter. */
async function movedSince(place: RepoPlace, pinned: string, makeClient: MakeClient): Promise<readonly string[]> {
  try {
    const now = await remoteCommit(makeClient({ tries: 1, silenceMs: 5000 }), place)
    if (now === pinned) return []
    return [
      `${repoTitle(place)}: ${place.revision} has moved from ${short(pinned)} to ${short(now)}; this run uses ${short(pinned)} as the runs before. To take the new state, write @${now}`,
    ]
  } catch (error) {
    if (expectedErrors(error).length === 0) throw error
    return []
  }
}

/** The commit to use: the one named, else that of earlier runs, else what the hub says, else what the cache remembers. */
async function resolveCommit(
  place: RepoPlace,
  cache: HubCache,
  settings: HubSettings,
  makeClient: MakeClient,
  pinned: string | undefined,
): Promise<Resolved> {
  const { revision } = place
  if (isCommit(revision)) return { commit: revision, warnings: [] }
  if (pinned !== undefined)
    return { commit: pinned, warnings: settings.isOffline ? [] : await movedSince(place, pinned, makeClient) }
  const remembered = await cache.readRef(revision)
  if (settings.isOffline) {
    if (remembered === undefined) throw hubOffline(repoTitle(place), revision, settings.cacheDir)
    return { commit: remembered, warnings: [] }
  }
  try {
    const commit = await remoteCommit(makeClient(), place)
    await cache.writeRef(revision, commit)
    return { commit, warnings: [] }
  } catch (error) {
    const isAway = expectedErrors(error).some(({ code }) => code === 'XP_HUB_UNREACHABLE')
    if (!isAway || remembered === undefined) throw error
    const warning = `${(error as Error).message}; ${revision} is taken for ${short(remembered)}, as it was when last asked for`
    return { commit: remembered, warnings: [warning] }
  }
}

function listFiles(root: string, paths: readonly string[]): ListedFile[] {
  return paths.map((path) => {
    const { size, mtimeMs, ctimeMs, ino } = statSync(join(root, path))
    return { path, size, mtimeMs, ctimeMs, ino }
  })
}

/** Digests of a snapshot's files; what was just downloaded is not read again. */
async function hashed(root: string, { paths, fresh }: LocalSnapshot, scope: SourceScope) {
  return withStatCache(scope.store, `tree ${await realpath(root)}`, root, async (cache) => {
    const listed = listFiles(root, paths)
    for (const file of listed) {
      const known = fresh.get(file.path)
      if (known !== undefined) cache.record(file.path, file, known, Number.POSITIVE_INFINITY)
    }
    return { listed, files: await hashFiles(root, listed, cache) }
  })
}

/** The files of a snapshot with their digests, each as the hub says it is; damaged ones are fetched once more. */
async function verified(snapshot: SnapshotScope, cacheDir: string) {
  const root = snapshot.cache.snapshot(snapshot.commit)
  let damaged: ReadonlySet<string> = new Set()
  for (;;) {
    const local = await completeSnapshot(snapshot, cacheDir, damaged)
    const { listed, files } = await hashed(root, local, snapshot.scope)
    const wrong = files.filter(({ path, sha256 }) => (local.expected.get(path) ?? sha256) !== sha256)
    const [first] = wrong
    if (first === undefined) return { root, listed, files }
    if (damaged.size > 0)
      throw hubWrongBytes(repoTitle(snapshot.place), first.path, local.expected.get(first.path) ?? '', first.sha256)
    damaged = new Set(wrong.map(({ path }) => path))
  }
}

/**
 * The files of a place on the hub, in the cache.
 * @param options of requests, for tests
 * @throws XpError when they cannot be had; the signal's reason when it is aborted
 */
export async function readHub(
  value: string,
  scope: SourceScope,
  settings: HubSettings,
  options: Partial<ClientOptions> = {},
): Promise<ReadSource> {
  const place = parseRepoPlace(value)
  const repo = repoTitle(place)
  const cache = new HubCache(settings.cacheDir, place)
  const makeClient: MakeClient = (own = {}) =>
    new HubClient(repo, settings, { signal: scope.signal, ...options, ...own })
  const pinned = isCommit(place.revision) ? undefined : await scope.pinned?.(repo, place.revision)
  const { commit, warnings } = await resolveCommit(place, cache, settings, makeClient, pinned)
  const client = settings.isOffline ? undefined : makeClient()
  const { root, listed, files } = await verified({ place, commit, cache, client, scope }, settings.cacheDir)
  const named = `${repo}@${short(commit)}${place.path === '' ? '' : `/${place.path}`}`
  const pin = { repo, revision: place.revision, commit }
  const isFile = files.some(({ path }) => path === place.path)
  if (isFile && isArchiveName(place.path)) {
    const unpacked = await archiveKind.read(join(root, place.path), scope)
    return { ...unpacked, named, pinned: { ...unpacked.pinned, ...pin }, warnings }
  }
  const folder = isFile ? dirname(place.path) : place.path
  const inFolder = (path: string) => (folder === '' || folder === '.' ? path : path.slice(folder.length + 1))
  const base = join(root, folder)
  const relisted = <F extends { readonly path: string }>(all: readonly F[]) =>
    all.map((file) => ({ ...file, path: inFolder(file.path) }))
  const own = relisted(files)
  const weights = place.type === 'model' ? { sha256: Object.fromEntries(own.map((f) => [f.path, f.sha256])) } : {}
  return {
    root: base,
    named,
    pinned: { ...pin, ...weights },
    digest: digestTree(own),
    files: own,
    listed: relisted(listed),
    list: () =>
      listFiles(
        base,
        own.map(({ path }) => path),
      ),
    warnings,
  }
}

const hubKind = (type: RepoType, name: SourceKindName, title: string): SourceKind => ({
  name,
  title,
  claims: async (value) => repoTypeOf(value) === type,
  read: (value, scope) => readHub(value, scope, hubSettings(process.env)),
})

/** A checkpoint on the hub of Hugging Face, or one that speaks its routes. */
export const hubModelKind = hubKind('model', 'hubModel', 'a model on the hub (owner/name)')

/** A dataset there, or a folder or archive in it. */
export const hubDatasetKind = hubKind('dataset', 'hubDataset', 'a dataset on the hub (hf://datasets/owner/name)')
