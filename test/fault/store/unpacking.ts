import { openStore } from '../../../src/runner/store.ts'
import { archiveKind } from '../../../src/sources/archive.ts'

/** `unpacking.ts STORE ARCHIVE`: a process of its own that unpacks an archive and prints the digest of its tree. */
const [dir = '', archive = ''] = process.argv.slice(2)
const store = await openStore(dir)
const scope = { store, signal: new AbortController().signal, onProgress: () => undefined }
process.stdout.write((await archiveKind.read(archive, scope)).digest)
