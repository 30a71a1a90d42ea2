import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ArtifactFile } from './artifact-files.ts'
import type { MlflowClient, MlflowRun } from './client.ts'
import { MlflowFailure } from './http.ts'
import { keyOf } from './limits.ts'

/** Larger files would not fit one request of the usual proxies. In bytes. */
const largest = 500 * 2 ** 20

const refuse = (message: string) => new MlflowFailure(message, { status: 0, temporary: false })

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** Where the server's artifact proxy takes a run's files, or undefined for storage that it does not serve. */
function proxyUrl(client: MlflowClient, artifactUri: string): string | undefined {
  const uri = URL.canParse(artifactUri) ? new URL(artifactUri) : undefined
  if (uri?.protocol === 'http:' || uri?.protocol === 'https:') return artifactUri.replace(/\/+$/, '')
  if (uri?.protocol !== 'mlflow-artifacts:') return undefined
  const server = uri.host === '' ? client.target.base : `${new URL(client.target.base).protocol}//${uri.host}`
  return `${server}/api/2.0/mlflow-artifacts/artifacts${uri.pathname.replace(/\/+$/, '')}`
}

/** The folder of a run's files when the server stores them on this machine's file system. */
async function localFolder(client: MlflowClient, artifactUri: string): Promise<string | undefined> {
  const path = artifactUri.startsWith('file:') ? fileURLToPath(artifactUri) : artifactUri
  if (!path.startsWith('/')) return undefined
  const host = new URL(client.target.base).hostname
  if (['127.0.0.1', 'localhost', '[::1]'].includes(host)) return path
  // Elsewhere the same path means the same place only on a shared file system: `<root>/<experiment>/<run>/artifacts`.
  const root = dirname(dirname(dirname(path)))
  const shared = root !== '/' && (await stat(root).catch(() => undefined))?.isDirectory() === true
  return shared ? path : undefined
}

/**
 * Stores one file under the run.
 * @throws MlflowFailure when the server refuses it or its storage is out of reach from here.
 */
export async function uploadArtifact(client: MlflowClient, run: MlflowRun, file: ArtifactFile): Promise<void> {
  const key = keyOf(file.name)
  const url = proxyUrl(client, run.artifactUri)
  if (url !== undefined) {
    const bytes = 'bytes' in file ? file.bytes : await readSmall(file.path)
    await client.send({ method: 'PUT', url: `${url}/${encodePath(key)}`, bytes })
    return
  }
  const folder = await localFolder(client, run.artifactUri)
  if (folder === undefined) {
    throw refuse(`files cannot be sent to ${run.artifactUri.split('?', 1)[0]}: start the server with --serve-artifacts`)
  }
  const target = join(folder, key)
  await mkdir(dirname(target), { recursive: true })
  if ('bytes' in file) await writeFile(target, file.bytes)
  else await copyFile(file.path, target)
}

async function readSmall(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await stat(path)
  if (size > largest) throw refuse(`${path} is larger than ${largest / 2 ** 20} MiB`)
  return new Uint8Array(await readFile(path))
}
